package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.state.PoolRecord;

/** Pools in pools: spec storage §2.4, and what it pins in §10. */
class PoolNestingTest {
    @TempDir private Path host;

    @ParameterizedTest(name = "{0} among {1}: {2}")
    @CsvSource({
        "a/b/c,   a,         a",
        "a/b/c,   a a/b,     a/b",
        "a/b/c,   a/b a,     a/b",
        "a/bc,    a/b,       ''",
        "a/b,     a/b/c,     ''",
        "link/c,  a/b,       a/b",
        "a/b,     link,      link",
        "missing, a,         ''",
        "a/b,     missing,   ''",
        "a/b,     '',        ''",
    })
    @DisplayName("a pool is in the one with the innermost directory around its own, links followed")
    void byDirectory(String pool, String others, String expected) throws IOException {
        Files.createDirectories(host.resolve("a/b/c"));
        Files.createDirectories(host.resolve("a/bc"));
        Files.createSymbolicLink(host.resolve("link"), host.resolve("a/b"));
        List<PoolRecord> all =
                List.of((pool + " " + others).strip().split(" ")).stream().map(this::at).toList();
        assertEquals(expected, new PoolNesting(Optional.empty()).around(at(pool), all).orElse(""));
    }

    @Test
    @DisplayName("a pool on the root file system is in that one's thin pool, if that is a pool")
    void byRoot() {
        PoolRecord files = files("files", "/");
        PoolRecord thin =
                new PoolRecord(
                        Map.of(
                                "name", "vm-pool",
                                "driver", "lvm_thin",
                                "volume_group", "g",
                                "thin_pool", "t"));
        PoolNesting nesting = new PoolNesting(Optional.of(new ThinPool("g", "t")));
        assertEquals(Optional.of("vm-pool"), nesting.around(files, List.of(files, thin)));
        assertEquals(Optional.empty(), nesting.around(thin, List.of(files, thin)));
        assertEquals(
                Optional.empty(),
                new PoolNesting(Optional.of(new ThinPool("g", "other")))
                        .around(files, List.of(files, thin)));
    }

    private PoolRecord at(String directory) {
        return files(directory, host.resolve(directory).toString());
    }

    private static PoolRecord files(String name, String directory) {
        return new PoolRecord(Map.of("name", name, "driver", "file", "dir_path", directory));
    }
}
