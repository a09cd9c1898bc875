package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The archive of classes that makes starts quicker: nobody notices it, least of all a bad one. */
class ClassArchiveIT {
    private static final String PREPARES = "qubesd: preparing quick starts (seconds, once a build)";

    private static BuiltClone clone;
    private static Path home;
    private static Path archives;

    /** What may have become of an archive since it was made. */
    enum Damage {
        CUT_SHORT {
            @Override
            void to(Path archive) throws IOException {
                byte[] content = Files.readAllBytes(archive);
                try (OutputStream out = Files.newOutputStream(archive)) {
                    out.write(content, 0, 1_000_000);
                }
            }
        },
        EMPTY {
            @Override
            void to(Path archive) throws IOException {
                Files.write(archive, new byte[0]);
            }
        },
        OF_SOMETHING_ELSE {
            @Override
            void to(Path archive) throws IOException {
                Files.write(archive, new byte[(int) Files.size(archive)]);
            }
        };

        abstract void to(Path archive) throws IOException;
    }

    @BeforeAll
    static void makeClone() throws IOException {
        clone = BuiltClone.make();
        home = clone.room().resolve("home");
        archives = clone.room().resolve("archives");
    }

    @AfterAll
    static void removeClone() throws IOException {
        clone.close();
    }

    @BeforeEach
    void haveOne() throws Exception {
        if (found().isEmpty()) {
            assertTrue(start().contains(PREPARES));
        }
        assertEquals(1, found().size());
    }

    @Test
    @DisplayName("it is made once: the next start finds it, and says nothing")
    void madeOnce() throws Exception {
        assertFalse(start().contains(PREPARES));
        assertEquals(1, found().size());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("a bad one stops no start")
    void badOne(Damage damage) throws Exception {
        damage.to(found().get(0));
        start();
    }

    @Test
    @DisplayName("where none can be made, the daemon starts without, and tries once only")
    void noneCanBeMade() throws Exception {
        Map<String, String> tooLittle =
                Map.of(
                        "QUBES_CLASS_ARCHIVE",
                        clone.room().resolve("none").toString(),
                        "QUBES_JAVA_OPTS",
                        "-Dqubes.test=1 -Xlog:disable -XX:-UseSharedSpaces");
        assertTrue(start(tooLittle).contains(PREPARES));
        assertFalse(start(tooLittle).contains(PREPARES));
    }

    @Test
    @DisplayName("flags of the user's that exclude an archive are no reason not to start")
    void flagsThatExcludeIt() throws Exception {
        start(Map.of("QUBES_JAVA_OPTS", "-Xshare:off"));
    }

    private static List<String> start() throws Exception {
        return start(Map.of("QUBES_CLASS_ARCHIVE", archives.toString()));
    }

    /** Starts and ends a daemon; what it wrote. Nothing of that is an error. */
    private static List<String> start(Map<String, String> environment) throws Exception {
        List<String> options =
                List.of("--home", home.toString(), "--hypervisor", BuiltClone.NO_GUESTS);
        try (Product product = clone.start(options, environment).awaitReady()) {
            product.terminate();
            assertEquals(List.of(), product.errors());
            return product.output();
        }
    }

    private static List<Path> found() throws IOException {
        if (Files.notExists(archives)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(archives)) {
            return all.filter(file -> file.endsWith("classes")).toList();
        }
    }
}
