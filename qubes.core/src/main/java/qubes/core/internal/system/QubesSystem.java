package qubes.core.internal.system;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.Event;
import qubes.core.event.EventListener;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.internal.store.StoreWriter;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyTable;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.storage.PoolDriver;
import qubes.core.value.DomainName;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.DeviceClasses;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Labels;
import qubes.core.vm.ModelHolder;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Pools;
import qubes.core.vm.Qubes;
import qubes.core.vm.StoreStatus;

/**
 * The application: joins the model with the domains, pools, labels, hypervisor and extensions that
 * come and go. The service is there once the store is loaded; if it cannot be, the component fails
 * with one message and nothing is written.
 */
@Component(service = Qubes.class, immediate = true, configurationPid = "qubes.core")
@Designate(ocd = CoreConfig.class)
public final class QubesSystem extends ModelHolder implements Qubes {
    private static final Logger log = LoggerFactory.getLogger(QubesSystem.class);
    private static final Consumer<Event> NOBODY = event -> {};

    private final PluginBook plugins;
    private final Path baseDirectory;
    private final ExecutorService executor = Threads.executor();
    private final Timers timers = new Timers(InstantSource.system(), executor);
    private final HandlerWatch watch;
    private final EventBus bus;
    private final Outbox outbox;
    private final Runnable noMoreLeftovers;
    private final Consumer<Event> announcer = this::announce;
    private final Klasses klasses = new Klasses();
    private final ConcurrentNavigableMap<ServiceReference<Extension>, Extension> extensions =
            new ConcurrentSkipListMap<>(Comparator.reverseOrder()); // by ranking, then age
    private final ConcurrentNavigableMap<ServiceReference<Hypervisor>, String> hypervisors =
            new ConcurrentSkipListMap<>(Comparator.reverseOrder()); // to the bundle, best first
    private final Model model;
    private final Persistence persistence;
    private final DomainFiles files;
    private final LiveDomains live = new LiveDomains(this);
    private final LabelRegistry labels;
    private final PoolRegistry pools;
    private final DeviceRegistry devices = new DeviceRegistry(this);
    private final GuestWatch guests = new GuestWatch(this, timers);
    private final DomainLife life = new DomainLife(this, live);
    private final Operations operations = new Operations();
    private final KlassLife klassLife = new KlassLife(this, klasses, live);

    /**
     * Loads the store. Blocks on I/O.
     *
     * @throws qubes.core.error.QubesException if it cannot be loaded, in one line
     */
    @Activate
    public QubesSystem(CoreConfig config, @Reference PluginBook plugins) {
        this(
                OpenStore.open(config),
                Path.of(config.home()),
                DefaultPool.ofThisHost(Path.of(config.home())),
                Optional.empty(),
                HandlerWatch.Limits.of(config),
                plugins);
    }

    /**
     * @param clock to use instead of the clock on the wall
     * @param limits of handlers that hold up changes
     * @param plugins told of what goes wrong in them
     */
    QubesSystem(
            OpenStore store,
            Path baseDirectory,
            DefaultPool natural,
            Optional<Schedule> clock,
            HandlerWatch.Limits limits,
            PluginBook plugins) {
        this.plugins = plugins;
        this.outbox = new Outbox(plugins);
        SystemState loaded = store.loaded();
        this.baseDirectory = baseDirectory;
        this.files = new DomainFiles(this, clock.orElse(timers));
        this.model = new Model(loaded, this::changed);
        this.watch = new HandlerWatch(model::heldByCaller, limits, plugins);
        this.bus = new EventBus(applicationHandlers(), watch);
        this.labels = new LabelRegistry(model);
        this.pools = new PoolRegistry(this, natural);
        loaded.domains().forEach(record -> live.renew(record, null));
        this.persistence = store.persist(model::committed, this::writeOrder, outbox::durable);
        this.noMoreLeftovers = plugins.whenStopped(this::forget);
        log.info("{} domains loaded", loaded.size());
    }

    private static List<ApplicationHandler<?>> applicationHandlers() {
        return Stream.of(GlobalEffects.HANDLERS, Removal.HANDLERS)
                .<ApplicationHandler<?>>flatMap(List::stream)
                .toList();
    }

    /**
     * The declarations that know in which order a klass's properties are written; none while it is
     * away.
     */
    private Optional<PropertyTable> writeOrder(String klass) {
        return traits(klass).map(KlassTraits::properties);
    }

    private void changed(long version) {
        persistence.changed(version);
    }

    KlassRules klassRules() {
        return new KlassRules(watch);
    }

    @Override
    public PluginBook plugins() {
        return plugins;
    }

    Model model() {
        return model;
    }

    EventBus bus() {
        return bus;
    }

    GuestWatch guests() {
        return guests;
    }

    Operations operations() {
        return operations;
    }

    DomainFiles files() {
        return files;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindFactory(DomainFactory factory, Map<String, Object> properties) {
        plugins.contain(
                factory.getClass(),
                "arrival of a klass",
                () -> klassLife.add(factory, Rank.of(properties)));
    }

    void unbindFactory(DomainFactory factory) {
        plugins.contain(
                factory.getClass(), "departure of a klass", () -> klassLife.remove(factory));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindDriver(PoolDriver driver, Map<String, Object> properties) {
        plugins.contain(
                driver.getClass(),
                "arrival of a driver",
                () -> pools.addDriver(driver, Rank.of(properties)));
    }

    void unbindDriver(PoolDriver driver) {
        plugins.contain(
                driver.getClass(), "departure of a driver", () -> pools.removeDriver(driver));
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindDeviceClass(DeviceClass deviceClass, Map<String, Object> properties) {
        plugins.contain(
                deviceClass.getClass(),
                "arrival of a device class",
                () -> devices.add(deviceClass, Rank.of(properties)));
    }

    void unbindDeviceClass(DeviceClass deviceClass) {
        plugins.contain(
                deviceClass.getClass(),
                "departure of a device class",
                () -> devices.remove(deviceClass));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindHypervisor(Hypervisor hypervisor) {
        plugins.contain(
                hypervisor.getClass(), "arrival of a hypervisor", () -> guests.bind(hypervisor));
    }

    void unbindHypervisor(Hypervisor hypervisor) {
        plugins.contain(
                hypervisor.getClass(),
                "departure of a hypervisor",
                () -> guests.unbind(hypervisor));
    }

    /** Only to name those that wait; which one serves is the framework's choice. */
    @Reference(
            service = Hypervisor.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void seeHypervisor(ServiceReference<Hypervisor> reference) {
        Bundle bundle = reference.getBundle(); // null if it is gone already
        if (bundle != null) {
            hypervisors.put(reference, String.valueOf(bundle.getSymbolicName()));
            GuestWatch.seen(hypervisors.values());
        }
    }

    void unseeHypervisor(ServiceReference<Hypervisor> reference) {
        hypervisors.remove(reference);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addExtension(Extension extension, ServiceReference<Extension> reference) {
        extensions.put(reference, extension);
        bus.extensions(extensions::values).forEach(HandlerOwner::retire);
        model.deriveEach(
                domains().stream().filter(BaseVM::available).toList(),
                vm -> loadedFor(extension, vm));
    }

    /** An extension that comes late hears of the domains that are there already. */
    private void loadedFor(Extension extension, BaseVM vm) {
        try {
            bus.fireFor(extension, new Lifecycle.Load(vm));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error(
                    "{}: extension {} failed on its load",
                    vm.name(),
                    extension.getClass().getName(),
                    e);
        }
    }

    void removeExtension(Extension extension, ServiceReference<Extension> reference) {
        extensions.remove(reference);
        bus.extensions(extensions::values).forEach(HandlerOwner::retire);
    }

    Optional<GuestListener> watcher(UUID uuid) {
        return live.watcher(uuid);
    }

    @Override
    public SystemState state() {
        return model.state();
    }

    @Override
    public String xml(SystemState state) {
        return new StoreWriter(new DeclaredOrder(this::writeOrder)).text(state);
    }

    @Override
    public String xml(DomainRecord domain) {
        return StoreWriter.text(domain, new DeclaredOrder(this::writeOrder));
    }

    @Override
    public List<BaseVM> domains() {
        return live.of(state().domains());
    }

    @Override
    public Optional<BaseVM> find(DomainName name) {
        return live.find(state().domain(name));
    }

    @Override
    public Optional<BaseVM> find(UUID uuid) {
        return live.find(state().domain(uuid));
    }

    @Override
    public Optional<BaseVM> find(int qid) {
        return live.find(state().domain(qid));
    }

    @Override
    public AdminVM admin() {
        return (AdminVM) find(0).orElseThrow(() -> new IllegalStateException("there is no dom0"));
    }

    @Override
    public Set<String> klasses() {
        return klasses.names();
    }

    @Override
    public Optional<KlassTraits> traits(String klass) {
        if (klass.equals(DomainRecord.ADMIN_KLASS)) {
            return Optional.of(AdminVM.TRAITS);
        }
        return Optional.ofNullable(klasses.find(klass)).map(DomainFactory::traits);
    }

    @Override
    public BaseVM create(NewDomain domain) {
        return life.create(klasses, domain);
    }

    @Override
    public void remove(BaseVM vm) {
        life.remove(vm);
    }

    @Override
    public Labels labels() {
        return labels;
    }

    @Override
    public Pools pools() {
        return pools;
    }

    @Override
    public DeviceClasses deviceClasses() {
        return devices;
    }

    DeviceRegistry deviceRegistry() {
        return devices;
    }

    @Override
    public Hypervisor hypervisor() {
        return guests.hypervisor()
                .orElseThrow(
                        () ->
                                new QubesException(
                                        "No installed bundle provides a hypervisor; install one and"
                                                + " try again"));
    }

    @Override
    public Optional<Hypervisor> findHypervisor() {
        return guests.hypervisor();
    }

    @Override
    public Optional<GuestState> guestState(UUID uuid) {
        return guests.state(uuid);
    }

    @Override
    public Path baseDirectory() {
        return baseDirectory;
    }

    @Override
    public AutoCloseable listen(EventListener listener) {
        return outbox.listen(listener);
    }

    @Override
    public <E extends Event> AutoCloseable handle(
            PropertyHolder subject, EventPattern<E> pattern, Consumer<? super E> handler) {
        if (subject instanceof BaseVM vm && find(vm.uuid()).isEmpty()) {
            throw new QubesVMNotFoundError(vm.name().value());
        }
        HandlerOwner owner = new HandlerOwner("Handler", handler.getClass(), watch);
        return bus.ofSubjects().add(subject, new ForeignHandler<>(owner, pattern, handler));
    }

    /** Ends the listeners and handlers that a bundle has not taken back; how many there were. */
    private int forget(Bundle stopped) {
        Predicate<Class<?>> isOf = type -> stopped.equals(FrameworkUtil.getBundle(type));
        return outbox.forget(isOf) + bus.ofSubjects().forget(isOf);
    }

    /** A domain is gone for good, and nobody waits for its events any more. */
    void forgetHandlers(BaseVM vm) {
        bus.ofSubjects().forget(vm.uuid());
    }

    @Override
    public void awaitDurable() {
        if (model.heldByCaller()) {
            throw new IllegalStateException("waiting for the store under the model lock");
        }
        persistence.awaitDurable(model.committed().version());
    }

    @Override
    public StoreStatus storeStatus() {
        long durable = persistence.durable(); // first: it may only seem further behind than it is
        return new StoreStatus(model.committed().version(), durable);
    }

    @Override
    public ExecutorService executor() {
        return executor;
    }

    @Override
    public String subjectName() {
        return "";
    }

    @Override
    public String kindName() {
        return "Qubes";
    }

    @Override
    public PropertyTable properties() {
        return Globals.TABLE;
    }

    @Override
    protected @Nullable StoredValue stored(String property) {
        return state().globals().get(property);
    }

    @Override
    protected void store(String property, Optional<StoredValue> value) {
        SystemState changed = state().withGlobal(property, value);
        StoreWriter.requireStorableHead(changed);
        model.update(state -> changed);
    }

    @Override
    protected void write(Runnable change) {
        model.write(change);
    }

    /** Hands an event to its handlers and to the listeners outside. */
    @Override
    public void fire(Event event) {
        bus.fire(event, event.announced() ? announcer : NOBODY);
        devices.heard(event);
    }

    private void announce(Event event) {
        boolean writing = model.heldByCaller();
        outbox.offer(event, writing ? model.version() : model.committed().version(), !writing);
    }

    /** Hands an event to its handlers only: nobody outside knows its subject. */
    void fireInside(Event event) {
        bus.fire(event, NOBODY);
    }

    /** Writes what is not written yet and lets go of everything; guests run on. */
    @Deactivate
    void close() {
        noMoreLeftovers.run();
        persistence.close();
        watch.close();
        timers.close();
        executor.shutdownNow();
        outbox.close();
        pools.close();
    }
}
