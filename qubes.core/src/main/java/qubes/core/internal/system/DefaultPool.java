package qubes.core.internal.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import qubes.core.state.PoolRecord;
import qubes.core.storage.HostCommands;

/**
 * Which pool {@code default_pool} means while it is not set (spec domain-model §5.1).
 *
 * @param asked the thin pool's name that the environment asks for
 * @param root the thin pool that the root file system lives in
 * @param base the folder under which domains keep their files
 */
record DefaultPool(Optional<String> asked, Optional<ThinPool> root, Path base) {
    private static final Set<String> FILES = Set.of("file", "file-reflink");
    private static final String INSTALLED = "/var/lib/qubes";

    /** As this host and the environment have it. May block. */
    static DefaultPool ofThisHost(Path base) {
        return new DefaultPool(
                Optional.ofNullable(System.getenv("DEFAULT_LVM_POOL")),
                ThinPool.ofRoot(Path.of("/proc"), Path.of("/sys"), HostCommands.ofThisHost()),
                base);
    }

    /** As a host has it of which nothing is known. */
    static DefaultPool under(Path base) {
        return new DefaultPool(Optional.empty(), Optional.empty(), base);
    }

    /** The pool's name; absent if it is none of {@code pools}. Never blocks. */
    Optional<String> among(List<PoolRecord> pools) {
        return first(pools, pool -> pool.name().equals("default"))
                .or(
                        () ->
                                asked.flatMap(
                                        name ->
                                                first(
                                                        pools,
                                                        pool ->
                                                                pool.driver()
                                                                                .equals(
                                                                                        ThinPool
                                                                                                .DRIVER)
                                                                        && has(
                                                                                pool,
                                                                                "thin_pool",
                                                                                name))))
                .or(() -> root.flatMap(thin -> first(pools, thin::isPool)))
                .or(() -> first(pools, this::isAtBase));
    }

    private boolean isAtBase(PoolRecord pool) {
        return FILES.contains(pool.driver())
                && (has(pool, "dir_path", INSTALLED) || has(pool, "dir_path", base.toString()));
    }

    private static boolean has(PoolRecord pool, String attribute, String value) {
        return value.equals(pool.attributes().get(attribute));
    }

    private static Optional<String> first(List<PoolRecord> pools, Predicate<PoolRecord> wanted) {
        return pools.stream().filter(wanted).map(PoolRecord::name).findFirst();
    }
}
