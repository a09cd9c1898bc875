package qubes.itest.product;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import qubes.testkit.storage.ScratchFilesystem;

/** A running daemon and its store: nothing is lost, nothing of others is overwritten. */
class KeptStoreIT {
    private static final long ONE_MEBIBYTE = 1 << 20;

    private static BuiltClone clone;
    private static Path home;

    @BeforeAll
    static void makeClone() throws IOException {
        clone = BuiltClone.make();
        home = clone.room().resolve("home");
    }

    @AfterAll
    static void removeClone() throws IOException {
        clone.close();
    }

    @Test
    @DisplayName(
            "a store of the original lists 101 domains; a change and its undo leave it the same")
    void keepsStoreOfTheOriginal() throws Exception {
        String text = OriginalStore.text();
        Path store = store("original.xml", text);
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            AdminSocket admin = product.admin();
            assertEquals(101, product.domains());
            assertEquals(101, admin.list().size());
            String some =
                    admin.list().entrySet().stream()
                            .filter(domain -> domain.getValue().klass().equals("AppVM"))
                            .findFirst()
                            .orElseThrow()
                            .getKey();
            admin.call("admin.vm.feature.Set", "of-a-test", some, "1");
            assertNotEquals(OriginalStore.canonical(text), OriginalStore.canonical(store));
            admin.call("admin.vm.feature.Remove", "of-a-test", some);
            assertEquals(OriginalStore.canonical(text), OriginalStore.canonical(store));
            product.terminate();
        }
        assertEquals(OriginalStore.canonical(text), OriginalStore.canonical(store));
    }

    @Test
    @DisplayName(
            "what nobody here knows is listed and kept on a save: klass, driver, property, element")
    void keepsWhatNobodyKnows() throws Exception {
        String unknown =
                Texts.storeWith(
                        "<pools><pool name=\"far\" driver=\"tape\" reel=\"7\"/></pools>"
                                + "<future x=\"1\"><deep>text</deep></future>",
                        Texts.domain(1, "HologramVM", "ghost", "<aura hue=\"green\"/>"),
                        Texts.domain(2, "AppVM", "work", "<features/>")
                                .replace(
                                        "</properties>",
                                        Texts.property("wingspan", "3") + "</properties>"));
        Path store = store("unknown.xml", unknown);
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            AdminSocket admin = product.admin();
            assertEquals("HologramVM", admin.list().get("ghost").klass());
            assertThrows(
                    AdminSocket.Refused.class,
                    () -> admin.call("admin.vm.Start", "", "ghost"),
                    "an unavailable domain cannot start");
            assertTrue(admin.call("admin.pool.List", "", "dom0").lines().toList().contains("far"));
            admin.call("admin.vm.feature.Set", "of-a-test", "work", "1");
            String saved = Files.readString(store);
            for (String kept :
                    List.of(
                            "class=\"HologramVM\"",
                            "<aura hue=\"green\"/>",
                            "driver=\"tape\"",
                            "reel=\"7\"",
                            "<future x=\"1\"><deep>text</deep></future>",
                            Texts.property("wingspan", "3"),
                            "of-a-test")) {
                assertTrue(saved.contains(kept), () -> kept + " is not in\n" + saved);
            }
        }
    }

    @Test
    @DisplayName("templates that lead round in a circle are told to who asks, and kept")
    void keepsLoops() throws Exception {
        String text =
                Texts.store(
                        Texts.domain(1, "AppVM", "one", "")
                                .replace(
                                        "</properties>",
                                        Texts.property("template", "two") + "</properties>"),
                        Texts.domain(2, "AppVM", "two", "")
                                .replace(
                                        "</properties>",
                                        Texts.property("template", "one") + "</properties>"));
        Path store = store("loops.xml", text);
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            AdminSocket admin = product.admin();
            AdminSocket.Refused refused =
                    assertThrows(AdminSocket.Refused.class, () -> admin.get("one", "memory"));
            assertTrue(refused.text.startsWith("Template loop on 'one'"), refused.text);
            assertTrue(admin.call("admin.vm.property.GetAll", "", "one").contains("template"));
            admin.call("admin.vm.feature.Set", "a", "one", "1");
            assertTrue(Files.readString(store).contains(Texts.property("template", "two")));
        }
    }

    @Test
    @DisplayName("a store is exported as the original loads it, and stays as it is")
    void exportsForTheOriginal() throws Exception {
        String text =
                Texts.store(
                        Texts.domain(1, "HologramVM", "ghost", ""),
                        Texts.domain(2, "NetVM", "net", ""));
        Path store = store("export.xml", text);
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            String exported = product.admin().call("qubesd.store.Export", "compatible", "dom0");
            assertTrue(exported.contains("ghost: left out, the original has no class"), exported);
            assertFalse(exported.contains("name=\"name\">ghost<"), exported);
            assertTrue(exported.contains("class=\"StandaloneVM\""), exported);
            assertTrue(exported.contains(Texts.property("provides_network", "True")), exported);
            assertEquals(text, Files.readString(store));
        }
    }

    @Test
    @DisplayName("a store that somebody else changed is not overwritten, and the client is told")
    void refusesToOverwriteOthersChanges() throws Exception {
        Path store = store("foreign.xml", Texts.store(Texts.domain(1, "AppVM", "work", "")));
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            String foreign = Texts.store(Texts.domain(1, "AppVM", "theirs", ""));
            Files.writeString(store, foreign);
            AdminSocket.Refused refused =
                    assertThrows(
                            AdminSocket.Refused.class,
                            () -> product.admin().call("admin.vm.feature.Set", "a", "work", "1"));
            assertTrue(refused.text.contains("foreign.xml"), refused.text);
            product.terminate();
            assertEquals(foreign, Files.readString(store));
        }
    }

    @Test
    @DisplayName("on a full disk a change is refused and the store stays; with room again it works")
    void survivesFullDisk() throws Exception {
        try (ScratchFilesystem disk = ScratchFilesystem.memory(ONE_MEBIBYTE)) {
            Path store = disk.root().resolve("qubes.xml");
            Files.writeString(store, Texts.store(Texts.domain(1, "AppVM", "work", "")));
            try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
                AdminSocket admin = product.admin();
                admin.call("admin.vm.feature.Set", "before", "work", "1");
                byte[] before = Files.readAllBytes(store);
                Path filler = disk.root().resolve("filler");
                fill(filler);
                assertThrows(
                        AdminSocket.Refused.class,
                        () -> admin.call("admin.vm.feature.Set", "full", "work", "x".repeat(9000)));
                assertArrayEquals(before, Files.readAllBytes(store));
                assertEquals(2, admin.list().size());
                Files.delete(filler);
                admin.call("admin.vm.feature.Set", "after", "work", "1");
                assertTrue(Files.readString(store).contains("name=\"after\""));
                product.terminate();
            }
        }
    }

    @Test
    @DisplayName("a store on a read-only filesystem is refused in one line")
    void refusesReadOnlyStore() throws Exception {
        try (ScratchFilesystem disk = ScratchFilesystem.memory(ONE_MEBIBYTE)) {
            Path store = disk.root().resolve("qubes.xml");
            Files.writeString(store, Texts.store(Texts.domain(1, "AppVM", "work", "")));
            Ran remounted =
                    Ran.of(Path.of("/bin/mount"), "-o", "remount,ro", disk.root().toString());
            assertEquals(0, remounted.code(), remounted::output);
            byte[] before = Files.readAllBytes(store);
            assertRefused("qubes.xml", clone.start(BuiltClone.options(home, store)));
            assertArrayEquals(before, Files.readAllBytes(store));
        }
    }

    @Test
    @DisplayName("a second daemon on the same store, home or socket is refused; the first runs on")
    void refusesSecondDaemon() throws Exception {
        Path store = store("shared.xml", Texts.store(Texts.domain(1, "AppVM", "work", "")));
        Path spare = store("spare.xml", Texts.store());
        Path other = clone.room().resolve("other");
        try (Product first = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            byte[] before = Files.readAllBytes(store);
            assertRefused("already running", clone.start(BuiltClone.options(home, spare)));
            assertRefused("shared.xml is in use", clone.start(BuiltClone.options(other, store)));
            assertRefused(
                    "another daemon listens",
                    clone.start(
                            BuiltClone.options(
                                    other, spare, "--socket-dir", home.resolve("run").toString())));
            assertArrayEquals(before, Files.readAllBytes(store));
            assertEquals(2, first.admin().list().size());
            first.admin().call("admin.vm.feature.Set", "a", "work", "1");
            assertTrue(Files.readString(store).contains("name=\"a\""));
        }
    }

    @Test
    @DisplayName("a socket file that a killed daemon left is replaced")
    void replacesStaleSocket() throws Exception {
        Path store = store("stale.xml", Texts.store());
        Path folder = Files.createDirectory(clone.room().resolve("sockets"));
        Path socket = folder.resolve("qubesd.sock");
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(socket)); // closing leaves the file
        }
        assertTrue(Files.exists(socket));
        try (Product product =
                clone.start(BuiltClone.options(home, store, "--socket-dir", folder.toString()))
                        .awaitReady()) {
            assertEquals(1, product.admin().list().size());
            product.terminate();
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    @DisplayName("a hypervisor out of reach keeps no one from the store; a start says why it fails")
    void worksWithoutItsHypervisor() throws Exception {
        Files.createDirectories(home.resolve("appvms/work"));
        String uri = "test+unix:///default?socket=" + clone.room().resolve("nobody");
        Path store = store("alone.xml", Texts.store(Texts.domain(1, "StandaloneVM", "work", "")));
        List<String> options =
                List.of(
                        "--home",
                        home.toString(),
                        "--store",
                        store.toString(),
                        "--hypervisor",
                        uri);
        try (Product product = clone.start(options).awaitReady()) {
            AdminSocket admin = product.admin();
            assertEquals("Halted", admin.state("work"));
            admin.call("admin.vm.feature.Set", "a", "work", "1");
            assertTrue(Files.readString(store).contains("name=\"a\""));
            Await.until(
                    "the log says what is out of reach",
                    () -> product.log().contains(uri + " cannot be opened: "),
                    product::toString);
            AdminSocket.Refused refused =
                    assertThrows(
                            AdminSocket.Refused.class,
                            () -> admin.call("admin.vm.Start", "", "work"));
            assertTrue(refused.text.contains("hypervisor"), refused.text);
        }
    }

    @Test
    @DisplayName("it runs on JDK 25 without a word of complaint")
    void runsOnJdk25() throws Exception {
        Optional<Path> java = jdk25();
        assumeTrue(java.isPresent(), "no JDK 25 on this machine");
        Path store = store("modern.xml", Texts.store(Texts.domain(1, "AppVM", "work", "")));
        try (Product product =
                clone.start(
                                BuiltClone.options(home, store),
                                Map.of("QUBES_JAVA", java.orElseThrow().toString()))
                        .awaitReady()) {
            assertEquals(2, product.admin().list().size());
            product.terminate();
            assertEquals(List.of(), product.errors());
        }
    }

    private static Optional<Path> jdk25() throws IOException {
        Path all = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> jdks = Files.list(all)) {
            for (Path jdk : jdks.toList()) {
                Path release = jdk.resolve("release");
                if (Files.isReadable(release)
                        && Files.readString(release).contains("JAVA_VERSION=\"25")) {
                    return Optional.of(jdk.resolve("bin/java"));
                }
            }
        }
        return Optional.empty();
    }

    @Test
    @DisplayName("a thousand domains are held in less than 250 MB")
    void holdsAThousandDomains(TestReporter reporter) throws Exception {
        String[] domains = new String[1000];
        for (int i = 0; i < domains.length; i++) {
            domains[i] =
                    Texts.domain(
                            i + 1,
                            "StandaloneVM",
                            "work-" + i,
                            "<features><feature name=\"os\">Linux</feature></features>"
                                    + "<tags><tag name=\"created-by-dom0\"/></tags>");
        }
        Path store = store("thousand.xml", Texts.store(domains));
        try (Product product = clone.start(BuiltClone.options(home, store)).awaitReady()) {
            assertEquals(1001, product.admin().list().size());
            long megabytes = product.rss() / 1_000_000;
            reporter.publishEntry("RSS with 1000 domains, MB", Long.toString(megabytes));
            assertTrue(megabytes < 250, () -> megabytes + " MB");
        }
    }

    private static Path store(String name, String text) throws IOException {
        return Files.writeString(clone.room().resolve(name), text);
    }

    /** It ends with exit code 1 and one line on standard error that says {@code why}. */
    private static void assertRefused(String why, Product product) throws Exception {
        assertEquals(1, product.awaitEnd(), product::toString);
        assertEquals(1, product.errors().size(), product::toString);
        assertTrue(product.errors().get(0).contains(why), product::toString);
    }

    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[512];
        try (var out = Files.newOutputStream(filler)) {
            for (int i = 0; i <= ONE_MEBIBYTE / block.length; i++) {
                out.write(block);
            }
        } catch (IOException full) {
            return;
        }
        throw new IOException("the disk does not fill up");
    }
}
