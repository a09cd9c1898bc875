package qubes.core.internal.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.state.PoolRecord;

/**
 * Which pool physically contains another that lives in a directory: the one with the innermost
 * directory around it, else the thin pool of the root file system, if it is on that (spec storage
 * §2.4).
 *
 * @param root the thin pool that the root file system lives in
 */
record PoolNesting(Optional<ThinPool> root) {
    private static final Logger log = LoggerFactory.getLogger(PoolNesting.class);

    /** Name of the pool that contains {@code pool}; asks the file system. */
    Optional<String> around(PoolRecord pool, List<PoolRecord> all) {
        Optional<Path> inner = directory(pool);
        if (inner.isEmpty()) {
            return Optional.empty();
        }
        List<PoolRecord> others =
                all.stream().filter(other -> !other.name().equals(pool.name())).toList();
        return others.stream()
                .flatMap(other -> directory(other).map(outer -> new Place(other, outer)).stream())
                .filter(place -> inner.get().startsWith(place.directory()))
                .max(Comparator.comparingInt(place -> place.directory().getNameCount()))
                .map(place -> place.pool().name())
                .or(() -> root.flatMap(thin -> onRoot(inner.get(), thin, others.stream())));
    }

    private record Place(PoolRecord pool, Path directory) {}

    private static Optional<String> onRoot(Path inner, ThinPool thin, Stream<PoolRecord> others) {
        try {
            Path slash = Path.of("/");
            return Files.getFileStore(inner).equals(Files.getFileStore(slash))
                    ? others.filter(thin::isPool).map(PoolRecord::name).findFirst()
                    : Optional.empty();
        } catch (IOException e) {
            log.debug("The file system of {} is not known", inner, e);
            return Optional.empty();
        }
    }

    /** Where a pool lives, links followed; absent if it is in no directory that is there. */
    private static Optional<Path> directory(PoolRecord pool) {
        String text = pool.attributes().get("dir_path");
        try {
            return text == null ? Optional.empty() : Optional.of(Path.of(text).toRealPath());
        } catch (IOException | InvalidPathException e) {
            log.debug("Pool {} has no directory now", pool.name(), e);
            return Optional.empty();
        }
    }
}
