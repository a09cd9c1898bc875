package qubes.testkit.storage;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolOptions;

/**
 * A storage driver for tests. Which volumes there are, their revisions and which of them run is in
 * memory; the disks that a guest, or a test, reads and writes are sparse files in a folder, each
 * made when it is first needed. It can do all that a pool can ({@link PoolContract} holds for it),
 * and does it quickly, but keeps nothing for the next process.
 */
public final class MemoryPoolDriver implements PoolDriver {
    /** What other drivers need, and this one only takes note of. */
    private static final Property<String> DIR_PATH =
            Property.named("dir_path", PropertyType.STR)
                    .doc("Taken note of, and not used: the disks are in the test's folder.")
                    .defaultsTo("")
                    .define();

    private final String name;
    private final PropertyTable config;
    private final Function<PoolConfig, Pool> opener;

    private MemoryPoolDriver(String name, PropertyTable config, Function<PoolConfig, Pool> opener) {
        this.name = name;
        this.config = config;
        this.opener = opener;
    }

    /**
     * {@return a driver of that name} Its pools outlive the objects that it opens them as, as on a
     * real disk.
     *
     * @param folder for the disks; made when it is needed, and the test's to remove
     * @param name name of the driver
     */
    public static MemoryPoolDriver in(Path folder, String name) {
        Map<String, MemoryDisks> pools = new ConcurrentHashMap<>(); // pool name to its volumes
        return new MemoryPoolDriver(
                name,
                PropertyTable.inOrder(
                        DIR_PATH, PoolOptions.REVISIONS_TO_KEEP, PoolOptions.EPHEMERAL_VOLATILE),
                config ->
                        new MemoryPool(
                                config,
                                pools.computeIfAbsent(
                                        config.poolName(), pool -> new MemoryDisks(folder))));
    }

    /**
     * {@return a driver of that name whose pools hold kernels, none of which is there}
     *
     * @param name name of the driver
     */
    public static MemoryPoolDriver ofKernels(String name) {
        return new MemoryPoolDriver(
                name, PropertyTable.inOrder(DIR_PATH), config -> new NoKernels(config.poolName()));
    }

    @Override
    public String driverName() {
        return name;
    }

    @Override
    public PropertyTable config() {
        return config;
    }

    @Override
    public Pool open(PoolConfig of) {
        return opener.apply(of);
    }
}
