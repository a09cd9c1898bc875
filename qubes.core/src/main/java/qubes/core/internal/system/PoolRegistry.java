package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPoolInUseError;
import qubes.core.error.Repr;
import qubes.core.error.StoragePoolException;
import qubes.core.event.Membership;
import qubes.core.internal.store.StoreWriter;
import qubes.core.internal.system.Providers.Provider;
import qubes.core.property.Property;
import qubes.core.state.PoolRecord;
import qubes.core.state.SystemState;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.vm.Globals;
import qubes.core.vm.Pools;

/** The pools, in the model, and those of them that are open. */
final class PoolRegistry implements Pools {
    private static final Logger log = LoggerFactory.getLogger(PoolRegistry.class);

    private final QubesSystem system;
    private final DefaultPool natural;
    private final Providers<PoolDriver> drivers = new Providers<>("Storage driver"); // by name
    private final Map<String, Opened> open =
            new HashMap<>(); // pool name to open pool; guarded by itself

    private record Opened(Pool pool, Provider<PoolDriver> provider, PoolRecord record) {}

    PoolRegistry(QubesSystem system, DefaultPool natural) {
        this.system = system;
        this.natural = natural;
    }

    /**
     * A driver arrived. If it is better than the one that serves, the pools pass to it; blocks as
     * {@link #removeDriver} then.
     */
    void addDriver(PoolDriver driver, Rank rank) {
        drivers.add(driver.driverName(), driver, rank).ifPresent(this::changed);
    }

    /**
     * A driver leaves: no operation begins to use its pools, those that use them get ten seconds
     * and then an interrupt, and its pools are closed. Blocks for as long.
     */
    void removeDriver(PoolDriver driver) {
        drivers.remove(driver).ifPresent(this::changed);
    }

    private void changed(Providers.Change<PoolDriver> change) {
        change.before().ifPresent(this::retire);
        if (change.now().isPresent()) {
            log.info("Storage driver {} available", change.name());
        } else {
            log.info("Storage driver {} unavailable, its pools are kept", change.name());
        }
    }

    private void retire(Provider<PoolDriver> left) {
        left.gate().drain("Storage driver " + left.name());
        synchronized (open) {
            open.values()
                    .removeIf(
                            opened -> {
                                boolean gone = opened.provider() == left;
                                if (gone) {
                                    close(opened);
                                }
                                return gone;
                            });
        }
    }

    /** One that fails to close is gone all the same, whatever it throws. */
    private void close(Opened opened) {
        Pool pool = opened.pool();
        system.plugins().contain(pool.getClass(), "close of a pool", pool::close);
    }

    /** Closes every pool. */
    void close() {
        synchronized (open) {
            open.values().forEach(this::close);
            open.clear();
        }
    }

    @Override
    public List<PoolRecord> list() {
        return system.state().pools();
    }

    @Override
    public Optional<PoolRecord> find(String name) {
        return system.state().pool(name);
    }

    @Override
    public List<PoolDriver> drivers() {
        return drivers.serving().values().stream().map(Provider::service).toList();
    }

    @Override
    public Pool open(String name) {
        PoolRecord record =
                find(name).orElseThrow(() -> new QubesException("Unknown storage pool " + name));
        synchronized (open) {
            Opened opened = open.get(name);
            if (opened != null && !opened.record().equals(record)) {
                opened = reconfigured(opened, record);
            }
            if (opened != null) {
                use(opened.provider(), record);
                return opened.pool();
            }
            Provider<PoolDriver> provider = providerOf(record);
            use(provider, record);
            PoolDriver driver = provider.service();
            Pool pool = driver.open(new PoolConfig(record, driver.config()));
            open.put(name, new Opened(pool, provider, record));
            return pool;
        }
    }

    /** The pool as its record says now; null if it has to be opened anew, and is closed. */
    private @Nullable Opened reconfigured(Opened opened, PoolRecord record) {
        PoolDriver driver = opened.provider().service();
        if (record.driver().equals(driver.driverName())
                && opened.pool().reconfigure(new PoolConfig(record, driver.config()))) {
            Opened changed = new Opened(opened.pool(), opened.provider(), record);
            open.put(record.name(), changed);
            return changed;
        }
        close(opened);
        return null;
    }

    @Override
    public <T> void set(String name, Property<T> option, T value) {
        PoolRecord pool =
                find(name).orElseThrow(() -> new QubesException("Unknown storage pool " + name));
        String text = using(pool, driver -> checked(driver, pool, option, value));
        system.model()
                .write(
                        () -> {
                            List<PoolRecord> all = new ArrayList<>(list());
                            all.replaceAll(
                                    other ->
                                            other.name().equals(name)
                                                    ? other.with(option.name(), text)
                                                    : other);
                            system.model().update(state -> state.withPools(all));
                        });
        log.info("Pool {}: {} is {} now", name, option.name(), text);
    }

    /** Refuses an option that there is not, or a value that the pool cannot be opened with. */
    private static <T> String checked(
            PoolDriver driver, PoolRecord pool, Property<T> option, T value) {
        if (driver.config().find(option.name()).isEmpty()) {
            throw new StoragePoolException(
                    "Storage pool "
                            + pool.name()
                            + " has no option "
                            + option.name()
                            + ": driver "
                            + driver.driverName()
                            + " does not know it");
        }
        String text = option.type().write(value);
        driver.open(new PoolConfig(pool.with(option.name(), text), driver.config())).close();
        return text;
    }

    @Override
    public void add(PoolRecord pool) {
        if (pool.name().isEmpty()) {
            throw new QubesException("A storage pool needs a name");
        }
        refuseTaken(pool.name());
        PoolRecord stored = using(pool, driver -> setUp(driver, pool));
        system.model()
                .write(
                        () -> {
                            refuseTaken(pool.name());
                            List<PoolRecord> all = new ArrayList<>(list());
                            all.add(stored);
                            SystemState changed = system.state().withPools(all);
                            StoreWriter.requireStorableHead(changed);
                            system.model().update(state -> changed);
                            system.fire(new Membership.PoolAdd(system, pool.name()));
                        });
    }

    private static PoolRecord setUp(PoolDriver driver, PoolRecord pool) {
        PoolConfig config = new PoolConfig(pool, driver.config());
        try (Pool opened = driver.open(config)) {
            opened.setup();
        }
        return new PoolRecord(driver.stored(config));
    }

    private void refuseTaken(String name) {
        if (find(name).isPresent()) {
            throw new QubesPoolInUseError("Storage pool is in use: " + Repr.quote(name));
        }
    }

    @Override
    public void remove(String name) {
        system.model()
                .write(
                        () -> {
                            PoolRecord pool = find(name).orElse(null);
                            if (pool == null) {
                                return;
                            }
                            refuseUsed(name);
                            system.fire(new Membership.PoolPreDelete(system, name));
                            List<PoolRecord> all = new ArrayList<>(list());
                            all.remove(pool);
                            system.model().update(state -> state.withPools(all));
                            system.fire(new Membership.PoolDelete(system, name));
                        });
        synchronized (open) {
            Opened opened = open.remove(name);
            if (opened != null) {
                close(opened);
            }
        }
    }

    @Override
    public Optional<String> defaultFor(String volume) {
        return Globals.poolProperty(volume).isPresent()
                ? system.find(Globals.poolProperty(volume).orElseThrow())
                : system.find(Globals.DEFAULT_POOL);
    }

    @Override
    public Optional<String> includedIn(String name) {
        return open(name)
                .includedIn()
                .or(
                        () ->
                                find(name)
                                        .flatMap(
                                                pool ->
                                                        new PoolNesting(natural.root())
                                                                .around(pool, list())));
    }

    @Override
    public Optional<String> natural() {
        return natural.among(list());
    }

    private Provider<PoolDriver> providerOf(PoolRecord pool) {
        Provider<PoolDriver> provider = drivers.find(pool.driver());
        if (provider == null) {
            throw new QubesException(
                    "Storage pool "
                            + pool.name()
                            + " is unavailable: no installed bundle provides driver "
                            + pool.driver()
                            + "; install it and try again");
        }
        return provider;
    }

    /** The calling thread's operation may use the driver until it ends, or is refused. */
    private void use(Provider<PoolDriver> provider, PoolRecord pool) {
        if (!system.operations().use(provider.gate())) {
            throw leaves(pool);
        }
    }

    /** Keeps the driver for as long as {@code action} runs. */
    private <T> T using(PoolRecord pool, Function<PoolDriver, T> action) {
        Provider<PoolDriver> provider = providerOf(pool);
        if (!provider.gate().enter()) {
            throw leaves(pool);
        }
        try {
            return action.apply(provider.service());
        } finally {
            provider.gate().exit();
        }
    }

    private static QubesException leaves(PoolRecord pool) {
        return new QubesException(
                "Storage pool "
                        + pool.name()
                        + " is unavailable: the bundle that provides driver "
                        + pool.driver()
                        + " is being stopped; try again later");
    }

    private void refuseUsed(String name) {
        if (!system.state().inPool(name).isEmpty()) {
            throw new QubesPoolInUseError("Storage pool is in use: " + Repr.quote(name));
        }
        for (var property : Globals.TABLE) {
            if (property.name().startsWith("default_pool")
                    && system.find(property).filter(name::equals).isPresent()) {
                throw new QubesPoolInUseError("Storage pool is in use: set as " + property.name());
            }
        }
    }
}
