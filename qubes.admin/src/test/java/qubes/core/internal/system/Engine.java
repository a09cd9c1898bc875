package qubes.core.internal.system;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.ServiceReference;
import qubes.core.event.Extension;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.storage.PoolDriver;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;

/**
 * The engine as the framework would run it, with a store in a file; services are handed to it by
 * the test.
 */
public final class Engine implements AutoCloseable {
    /** Well below the deadlines that tests set for calls. */
    private static final int HANDLER_LIMIT_MILLIS = 400;

    private final QubesSystem system;

    private Engine(QubesSystem system) {
        this.system = system;
    }

    /** Loads {@code store}, which is written to {@code home} first. */
    public static Engine load(Path home, String store) throws IOException {
        Path file = Files.writeString(home.resolve("qubes.xml"), store);
        return new Engine(new QubesSystem(config(file, home), PluginBook.withoutBundles()));
    }

    public Qubes qubes() {
        return system;
    }

    public Engine add(DomainFactory factory) {
        system.bindFactory(factory, Map.of());
        return this;
    }

    public void remove(DomainFactory factory) {
        system.unbindFactory(factory);
    }

    public Engine add(PoolDriver driver) {
        system.bindDriver(driver, Map.of());
        return this;
    }

    public Engine add(DeviceClass deviceClass) {
        system.bindDeviceClass(deviceClass, Map.of());
        return this;
    }

    public void remove(DeviceClass deviceClass) {
        system.unbindDeviceClass(deviceClass);
    }

    public Engine add(Hypervisor hypervisor) {
        system.bindHypervisor(hypervisor);
        return this;
    }

    @SuppressWarnings("unchecked")
    public Engine add(Extension extension) {
        ServiceReference<Extension> reference =
                (ServiceReference<Extension>)
                        Proxy.newProxyInstance(
                                Engine.class.getClassLoader(),
                                new Class<?>[] {ServiceReference.class},
                                (proxy, method, arguments) ->
                                        method.getName().equals("compareTo")
                                                        && proxy != arguments[0]
                                                ? 1
                                                : 0);
        system.addExtension(extension, reference);
        return this;
    }

    @Override
    public void close() {
        system.close();
    }

    private static CoreConfig config(Path store, Path home) {
        return configuration(
                CoreConfig.class,
                Map.of(
                        "store",
                        store.toString(),
                        "home",
                        home.toString(),
                        "handler_limit_millis",
                        HANDLER_LIMIT_MILLIS));
    }

    /** A component's configuration, with its defaults where {@code values} has none. */
    public static <A> A configuration(Class<A> type, Map<String, Object> values) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) ->
                                values.getOrDefault(method.getName(), method.getDefaultValue())));
    }
}
