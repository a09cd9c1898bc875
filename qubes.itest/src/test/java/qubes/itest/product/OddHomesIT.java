package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.testkit.storage.ScratchFilesystem;

/** Homes as users have them, and what a start makes of those that it cannot use. */
class OddHomesIT {
    private static final long ONE_MEBIBYTE = 1 << 20;

    private static BuiltClone clone;

    @BeforeAll
    static void makeClone() throws IOException {
        clone = BuiltClone.make();
    }

    @AfterAll
    static void removeClone() throws IOException {
        clone.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with blank",
                "it's \"quoted\"",
                "$HOME ${user.home}",
                "back\\slash\\n",
                "a#b;c,d%20e?f",
                "[a]*{b}&<c>",
            })
    @DisplayName("whatever its name, a home is worked in, and its store kept")
    void worksInHome(String name) throws Exception {
        Path home = Files.createDirectory(clone.room().resolve(name));
        Path store = store(home.resolve("qubes.xml"));
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            product.admin().call("admin.vm.feature.Set", "a", "work", "1");
            product.terminate();
            assertEquals(List.of(), product.errors());
        }
        assertTrue(Files.readString(store).contains("name=\"a\""), "the change is not there");
        assertTrue(Files.exists(home.resolve("log/qubesd.log")), "the log is elsewhere");
    }

    @Test
    @DisplayName("letters beyond ASCII are understood in any locale")
    void worksInAnyLocale() throws Exception {
        // named by the shell: a test's JVM may run in a locale that cannot
        Path store = store(clone.room().resolve("plain.xml"));
        String script =
                "exec '%s' --home \"$(printf '%s/\\303\\274n\\303\\257')\" --store '%s' --hypervisor '%s'\n"
                        .formatted(
                                clone.folder().resolve("qubesd"),
                                clone.room(),
                                store,
                                BuiltClone.NO_GUESTS);
        Map<String, String> environment = Map.of("LC_ALL", "C");
        try (Product product = byShell(script, environment).awaitReady()) {
            assertEquals(2, product.domains());
            product.terminate();
            assertEquals(List.of(), product.errors());
        }
    }

    @Test
    @DisplayName("a damaged cache and bundles that were cut short are made anew")
    void repairsHome() throws Exception {
        Path home = clone.room().resolve("damaged");
        Path store = store(clone.room().resolve("damaged.xml"));
        List<String> options = BuiltClone.options(home, store);
        try (Product product = clone.start(options).awaitReady()) {
            product.terminate();
        }
        try (Stream<Path> bundles = Files.list(home.resolve("bundles"))) {
            for (Path bundle : bundles.toList()) {
                if (bundle.getFileName().toString().startsWith("qubes.core-")) {
                    Files.write(bundle, new byte[10]);
                }
            }
        }
        Files.move(home.resolve("cache/felix"), home.resolve("cache/moved"));
        Files.writeString(home.resolve("cache/felix"), "no folder");
        try (Product product = clone.start(options).awaitReady()) {
            assertEquals("AppVM", product.admin().list().get("work").klass());
            product.terminate();
            assertEquals(List.of(), product.errors());
        }
    }

    @Test
    @DisplayName("a cache that a process of the same number left does not stop a start")
    void startsBesideLeftCache() throws Exception {
        Path store = store(clone.room().resolve("number.xml"));
        Path home = clone.room().resolve("number");
        // in a container each start may have the same number: here the shell's
        String script =
                """
                mkdir -p '%1$s/cache/felix' "%1$s/cache/felix.former.$$/left"
                exec '%2$s' --home '%1$s' --store '%3$s' --hypervisor '%4$s'
                """
                        .formatted(
                                home,
                                clone.folder().resolve("qubesd"),
                                store,
                                BuiltClone.NO_GUESTS);
        try (Product product = byShell(script, Map.of()).awaitReady()) {
            assertEquals(2, product.domains());
            product.terminate();
            assertEquals(List.of(), product.errors());
        }
    }

    @Test
    @DisplayName("a home on a full disk is refused in one line, and works once there is room")
    void refusesFullDisk() throws Exception {
        Path store = store(clone.room().resolve("elsewhere.xml"));
        byte[] before = Files.readAllBytes(store);
        try (ScratchFilesystem disk = ScratchFilesystem.memory(ONE_MEBIBYTE / 2)) {
            Path home = disk.root().resolve("home");
            refused("its disk is full", clone.start(BuiltClone.options(home, store)));
        }
        assertArrayEquals(before, Files.readAllBytes(store));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/bin/false", "/nowhere/java", "/"})
    @DisplayName("what is no Java is told in one line, and nothing is installed in its place")
    void refusesWrongJava(String java) throws Exception {
        Path store = store(clone.room().resolve("java.xml"));
        Product product =
                clone.start(
                        BuiltClone.options(clone.room().resolve("java"), store),
                        Map.of("QUBES_JAVA", java));
        refused("QUBES_JAVA names " + java, product);
        assertEquals(List.of(), product.output());
    }

    @Test
    @DisplayName("a path too long for a socket is told in one line")
    void refusesLongSocketPath() throws Exception {
        Path store = store(clone.room().resolve("long.xml"));
        Path home = clone.room().resolve("d".repeat(100));
        refused("too long for a socket", clone.start(BuiltClone.options(home, store)));
        Path sockets = clone.room().resolve("short");
        try (Product product =
                clone.start(BuiltClone.options(home, store, "--socket-dir", sockets.toString()))
                        .awaitReady()) {
            assertEquals(2, product.admin().list().size());
        }
    }

    @Test
    @DisplayName("a path with a line break is a wrong flag")
    void refusesLineBreak() throws Exception {
        Path store = store(clone.room().resolve("break.xml"));
        Product product =
                clone.start(BuiltClone.options(clone.room().resolve("line\nbreak"), store));
        assertEquals(2, product.awaitEnd());
        assertEquals(1, product.errors().size(), product::toString);
    }

    /** What bash does with the script, which becomes the daemon. */
    private static Product byShell(String script, Map<String, String> environment)
            throws IOException {
        return Product.start(List.of("/bin/bash", "-c", script), environment);
    }

    /** It ends with exit code 1 and one line on standard error that says {@code why}. */
    private static void refused(String why, Product product) throws Exception {
        assertEquals(1, product.awaitEnd(), product::toString);
        assertEquals(1, product.errors().size(), product::toString);
        assertTrue(product.errors().get(0).contains(why), product::toString);
    }

    private static Path store(Path path) throws IOException {
        return Files.writeString(path, Texts.store(Texts.domain(1, "AppVM", "work", "")));
    }
}
