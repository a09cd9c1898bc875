package qubes.admin.method;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import qubes.admin.EventHub;
import qubes.admin.Methods;
import qubes.admin.MethodsAccess;
import qubes.admin.method.device.DeniedDeviceMethods;
import qubes.admin.method.device.DeviceListMethods;
import qubes.admin.method.device.DeviceMethods;
import qubes.admin.method.service.BackupMethods;
import qubes.admin.method.service.InternalMethods;
import qubes.admin.method.service.ReportMethods;
import qubes.admin.method.service.StatsMethods;
import qubes.admin.method.storage.CloneTokens;
import qubes.admin.method.storage.PoolChanges;
import qubes.admin.method.storage.PoolMethods;
import qubes.admin.method.storage.VolumeChanges;
import qubes.admin.method.storage.VolumeImport;
import qubes.admin.method.storage.VolumeMethods;
import qubes.admin.policy.CallCheck;
import qubes.admin.policy.LivePolicy;
import qubes.admin.policy.PolicyAccess;
import qubes.admin.server.AdminServer;
import qubes.admin.server.ServerAccess;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminMethodName;
import qubes.core.admin.AdminSocket;
import qubes.core.event.Extension;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.internal.system.Engine;
import qubes.core.storage.PoolDriver;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.testkit.hypervisor.MemoryHypervisor;
import qubes.vm.appvm.AppVMFactory;
import qubes.vm.templatevm.TemplateVMFactory;

/**
 * A daemon in a folder of its own, with the fixture of spec admin-api §16: real engine, real
 * sockets; storage and guests in memory.
 */
public final class Daemon implements AutoCloseable {
    /** The classes whose nested classes are this bundle's methods. */
    static final List<Class<?>> FAMILIES =
            List.of(
                    SystemLists.class,
                    DomainProperties.class,
                    GlobalProperties.class,
                    PropertyOrigins.class,
                    FeatureMethods.class,
                    TagMethods.class,
                    LabelMethods.class,
                    VolumeMethods.class,
                    VolumeChanges.class,
                    VolumeImport.class,
                    PoolMethods.class,
                    PoolChanges.class,
                    LifecycleMethods.class,
                    CreationMethods.class,
                    StoreMethods.class,
                    FirewallMethods.class,
                    NotesMethods.class,
                    DeniedDeviceMethods.class,
                    DeviceListMethods.class,
                    DeviceMethods.class,
                    EventMethods.class,
                    Listing.class,
                    BackupMethods.class,
                    DisposableMethods.class,
                    InternalMethods.class,
                    ReportMethods.class,
                    StatsMethods.class);

    private static final AppVMFactory APPS = new AppVMFactory();

    private final Path folder;
    private final Engine engine;
    private final MemoryHypervisor hypervisor = new MemoryHypervisor();
    private final List<String> storageCalls = new CopyOnWriteArrayList<>();
    private final CloneTokens cloneTokens = new CloneTokens();
    private final Methods methods;
    private final EventHub hub;
    private final SystemServices services;
    private final List<AdminMethod> own;
    private final AdminServer server;

    private Daemon(Path folder, ServerAccess.Custom settings, LivePolicy policy) throws Exception {
        this.folder = folder;
        this.engine = Engine.load(folder, store()).add(APPS).add(new TemplateVMFactory());
        for (String driver : List.of("file", "lvm", "linux-kernel")) {
            engine.add(new MemoryPoolDriver(driver, storageCalls));
        }
        engine.add(withConsole(hypervisor));
        this.methods = new Methods(engine.qubes().plugins());
        this.hub = new EventHub(engine.qubes());
        this.services = new SystemServices(engine, folder);
        this.own = builtIn();
        for (AdminMethod method : own) {
            MethodsAccess.bind(methods, name(method), method);
        }
        this.server =
                ServerAccess.start(
                        engine.qubes(), methods, new CallCheck(policy), folder, settings);
    }

    public static Daemon start() throws Exception {
        return start(ServerAccess.Settings.DEFAULT);
    }

    public static Daemon start(ServerAccess.Settings settings) throws Exception {
        return start(settings.with(Map.of()));
    }

    public static Daemon start(ServerAccess.Custom settings) throws Exception {
        Path folder = Files.createTempDirectory("q");
        return new Daemon(folder, settings, PolicyAccess.in(folder.resolve("policy.d")));
    }

    /** A daemon with a policy for calls of qubes. */
    public static Daemon start(LivePolicy policy) throws Exception {
        Path folder = Files.createTempDirectory("q");
        return new Daemon(folder, ServerAccess.Settings.DEFAULT.with(Map.of()), policy);
    }

    static String name(AdminMethod method) {
        return method.getClass().getAnnotation(AdminMethodName.class).name();
    }

    /** One of each method of this bundle, made as the framework makes them. */
    List<AdminMethod> builtIn() throws ReflectiveOperationException {
        List<AdminMethod> all = new ArrayList<>();
        for (Class<?> family : FAMILIES) {
            for (Class<?> type : family.getDeclaredClasses()) {
                if (AdminMethod.class.isAssignableFrom(type)) {
                    Constructor<?> constructor = type.getConstructors()[0];
                    all.add((AdminMethod) constructor.newInstance(services(constructor)));
                }
            }
        }
        return all;
    }

    private Object[] services(Constructor<?> constructor) {
        return Stream.of(constructor.getParameterTypes()).map(this::service).toArray();
    }

    /** What the framework would hand to a method that asks for it. */
    private Object service(Class<?> type) {
        return Stream.concat(Stream.of(qubes(), hub, cloneTokens), services.all())
                .filter(type::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no service " + type));
    }

    /** The one that serves. */
    <M extends AdminMethod> M method(Class<M> type) {
        return own.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no method " + type));
    }

    SystemServices services() {
        return services;
    }

    public Path folder() {
        return folder;
    }

    public Path socket(AdminSocket socket) {
        return folder.resolve(socket.fileName());
    }

    public Client client() {
        return new Client(socket(AdminSocket.ADMIN));
    }

    public Qubes qubes() {
        return engine.qubes();
    }

    public MemoryHypervisor hypervisor() {
        return hypervisor;
    }

    /** What was done to the data of volumes, in order. */
    List<String> storageCalls() {
        return storageCalls;
    }

    /** A bundle with a storage driver comes. */
    public void add(PoolDriver driver) {
        engine.add(driver);
    }

    public BaseVM vm(String name) {
        return qubes().domain(new DomainName(name));
    }

    /** The methods served. */
    Methods methods() {
        return methods;
    }

    public void add(AdminMethod method, String name) {
        MethodsAccess.bind(methods, name, method);
    }

    public void remove(AdminMethod method) {
        MethodsAccess.unbind(methods, method);
    }

    public void add(Extension extension) {
        engine.add(extension);
    }

    /** A bundle with a class of devices comes. */
    public void add(DeviceClass deviceClass) {
        engine.add(deviceClass);
    }

    /** A bundle with a class of devices goes. */
    public void remove(DeviceClass deviceClass) {
        engine.remove(deviceClass);
    }

    /** A bundle with a klass comes. */
    public void add(DomainFactory factory) {
        engine.add(factory);
    }

    /** The bundle of klass AppVM goes. */
    public void removeAppVM() {
        engine.remove(APPS);
    }

    /** What a crash right now would leave. */
    public String stored() throws IOException {
        return Files.readString(folder.resolve("qubes.xml"));
    }

    public void stopServer() {
        ServerAccess.stop(server);
    }

    @Override
    public void close() throws IOException {
        stopServer();
        engine.close();
        hypervisor.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Guests of the hypervisor in memory have no console; here they have. */
    private static Hypervisor withConsole(MemoryHypervisor hypervisor) {
        return (Hypervisor)
                Proxy.newProxyInstance(
                        Daemon.class.getClassLoader(),
                        new Class<?>[] {Hypervisor.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("console")) {
                                return Optional.of("/dev/pts/42");
                            }
                            try {
                                return method.invoke(hypervisor, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private static String store() {
        return """
                <qubes>
                  <labels>
                    <label id="label-1" color="0xcc0000">red</label>
                    <label id="label-4" color="0x73d216">green</label>
                    <label id="label-6" color="0x3465a4">blue</label>
                    <label id="label-8" color="0x000000">black</label>
                    <label id="label-9" color="0x00ffff">cyan</label>
                  </labels>
                  <pools>
                    <pool name="varlibqubes" driver="file" param1="2"/>
                    <pool name="linux-kernel" driver="linux-kernel"/>
                    <pool name="test" driver="lvm" param2="x" param1="1"/>
                    <pool name="inner" driver="lvm"/>
                    <pool name="boundless" driver="lvm"/>
                    <pool name="broken" driver="lvm"/>
                    <pool name="gone" driver="no-such-driver" somewhere="else"/>
                  </pools>
                  <properties>
                    <property name="default_kernel">1.0</property>
                    <property name="default_pool">varlibqubes</property>
                    <property name="default_pool_kernel">linux-kernel</property>
                    <property name="default_template">test-template</property>
                  </properties>
                  <domains>
                    <domain id="domain-0" class="AdminVM">
                      <properties><property name="label">black</property></properties>
                      <features><feature name="only-dom0">from-dom0</feature></features>
                      <tags/>
                    </domain>
                """
                + domain(
                        1,
                        "TemplateVM",
                        "test-template",
                        "black",
                        "11111111-1111-4111-8111-111111111111",
                        "")
                + domain(
                        2,
                        "AppVM",
                        "test-vm1",
                        "red",
                        "22222222-2222-4222-8222-222222222222",
                        "test-template")
                + domain(3, "FooVM", "test-foo", "red", "33333333-3333-4333-8333-333333333333", "")
                + domain(
                        4,
                        "AppVM",
                        "test-net",
                        "green",
                        "44444444-4444-4444-8444-444444444444",
                        "test-template")
                + "  </domains>\n</qubes>\n";
    }

    private static String domain(
            int qid, String klass, String name, String label, String uuid, String template) {
        boolean derived = !template.isEmpty();
        String net =
                name.equals("test-net")
                        ? "<property name=\"provides_network\">True</property>"
                        : "";
        return """
                <domain id="domain-%d" class="%s">
                  <properties>
                    <property name="label">%s</property>
                    <property name="name">%s</property>
                    <property name="qid">%d</property>
                    %s
                    <property name="uuid">%s</property>
                    %s
                  </properties>
                  <features><feature name="only-%s">from-%s</feature></features>
                  <tags><tag name="created-by-dom0"/></tags>
                  <volume-config>
                    <volume name="root" pool="varlibqubes" vid="vms/%s/root" revisions_to_keep="%s" rw="True" save_on_stop="%s" snap_on_start="%s" size="10737418240"%s/>
                    <volume name="private" pool="varlibqubes" vid="vms/%s/private" revisions_to_keep="1" rw="True" save_on_stop="True" snap_on_start="False" size="2147483648"/>
                    <volume name="volatile" pool="varlibqubes" vid="vms/%s/volatile" revisions_to_keep="0" rw="True" save_on_stop="False" snap_on_start="False" size="10737418240"/>
                    <volume name="kernel" pool="linux-kernel" vid="1.0" revisions_to_keep="0" rw="False" save_on_stop="False" snap_on_start="False"/>
                  </volume-config>
                </domain>
                """
                .formatted(
                        qid,
                        klass,
                        label,
                        name,
                        qid,
                        net,
                        uuid,
                        derived ? "<property name=\"template\">" + template + "</property>" : "",
                        klass.toLowerCase(java.util.Locale.ROOT),
                        name,
                        name,
                        derived ? "0" : "1",
                        derived ? "False" : "True",
                        derived ? "True" : "False",
                        derived ? " source=\"vms/" + template + "/root\"" : "",
                        name,
                        name);
    }
}
