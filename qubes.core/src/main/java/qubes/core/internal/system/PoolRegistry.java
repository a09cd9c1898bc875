package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesPoolInUseError;
import qubes.core.error.Repr;
import qubes.core.error.StoragePoolException;
import qubes.core.event.Membership;
import qubes.core.internal.store.StoreWriter;
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
    private final Map<String, PoolDriver> drivers =
            new ConcurrentHashMap<>(); // driver name to driver
    private final Map<String, Opened> open =
            new HashMap<>(); // pool name to open pool; guarded by itself

    private record Opened(Pool pool, PoolDriver driver, PoolRecord record) {}

    PoolRegistry(QubesSystem system, DefaultPool natural) {
        this.system = system;
        this.natural = natural;
    }

    void addDriver(PoolDriver driver) {
        PoolDriver other = drivers.putIfAbsent(driver.driverName(), driver);
        if (other != null) {
            log.error(
                    "Storage driver {} of {} is left out: {} provides it already",
                    driver.driverName(),
                    driver.getClass().getName(),
                    other.getClass().getName());
            return;
        }
        log.info("Storage driver {} available", driver.driverName());
    }

    void removeDriver(PoolDriver driver) {
        if (drivers.remove(driver.driverName(), driver)) {
            synchronized (open) {
                open.values()
                        .removeIf(
                                opened -> {
                                    boolean gone = opened.driver() == driver;
                                    if (gone) {
                                        opened.pool().close();
                                    }
                                    return gone;
                                });
            }
            log.info("Storage driver {} unavailable, its pools are kept", driver.driverName());
        }
    }

    /** Closes every pool. */
    void close() {
        synchronized (open) {
            open.values().forEach(opened -> opened.pool().close());
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
        return drivers.values().stream()
                .sorted(Comparator.comparing(PoolDriver::driverName))
                .toList();
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
            if (opened == null) {
                PoolDriver driver = driverOf(record);
                opened =
                        new Opened(
                                driver.open(new PoolConfig(record, driver.config())),
                                driver,
                                record);
                open.put(name, opened);
            }
            return opened.pool();
        }
    }

    /** The pool as its record says now; null if it has to be opened anew, and is closed. */
    private @Nullable Opened reconfigured(Opened opened, PoolRecord record) {
        PoolDriver driver = opened.driver();
        if (record.driver().equals(driver.driverName())
                && opened.pool().reconfigure(new PoolConfig(record, driver.config()))) {
            Opened changed = new Opened(opened.pool(), driver, record);
            open.put(record.name(), changed);
            return changed;
        }
        opened.pool().close();
        return null;
    }

    @Override
    public <T> void set(String name, Property<T> option, T value) {
        PoolRecord pool =
                find(name).orElseThrow(() -> new QubesException("Unknown storage pool " + name));
        PoolDriver driver = driverOf(pool);
        if (driver.config().find(option.name()).isEmpty()) {
            throw new StoragePoolException(
                    "Storage pool "
                            + name
                            + " has no option "
                            + option.name()
                            + ": driver "
                            + driver.driverName()
                            + " does not know it");
        }
        String text = option.type().write(value);
        driver.open(new PoolConfig(pool.with(option.name(), text), driver.config())).close();
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

    @Override
    public void add(PoolRecord pool) {
        if (pool.name().isEmpty()) {
            throw new QubesException("A storage pool needs a name");
        }
        refuseTaken(pool.name());
        PoolDriver driver = driverOf(pool);
        PoolConfig config = new PoolConfig(pool, driver.config());
        try (Pool opened = driver.open(config)) {
            opened.setup();
        }
        PoolRecord stored = new PoolRecord(driver.stored(config));
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
                opened.pool().close();
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

    private PoolDriver driverOf(PoolRecord pool) {
        PoolDriver driver = drivers.get(pool.driver());
        if (driver == null) {
            throw new QubesException(
                    "Storage pool "
                            + pool.name()
                            + " is unavailable: no installed bundle provides driver "
                            + pool.driver()
                            + "; install it and try again");
        }
        return driver;
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
