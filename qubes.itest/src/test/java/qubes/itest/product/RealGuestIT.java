package qubes.itest.product;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The way of the README with a guest that really boots, one step after the other: it survives its
 * daemon and its klass, and leaves nothing behind.
 */
@TestMethodOrder(OrderAnnotation.class)
class RealGuestIT {
    private static BuiltClone clone;
    private static Path home;
    private static Product product;

    /** The process of the guest, once it is started. */
    private static long guest;

    @BeforeAll
    static void startFirstSystem() throws Exception {
        clone = BuiltClone.withGuest();
        home = clone.folder().resolve("run");
        product = clone.start(List.of()).awaitReady();
    }

    @AfterAll
    static void removeClone() throws IOException {
        clone.close();
    }

    @Test
    @Order(1)
    @DisplayName("a qube is created, set, started, and its console answers with its hostname")
    void startsAsTheReadmeSays() throws Exception {
        qvm("create", "work", "--class", "AppVM", "--template", "tiny", "--label", "red");
        qvm("prefs", "work", "memory", "128");
        assertEquals("128", qvm("prefs", "work", "memory").strip());
        qvm("start", "work");
        assertEquals("Running", product.admin().state("work"));
        guest = GuestProcesses.of(home, "work").orElseThrow().pid();
        awaitConsole();
    }

    @Test
    @Order(2)
    @DisplayName("SIGTERM leaves the guest running; the next daemon finds it, its console answers")
    void guestSurvivesItsDaemon() throws Exception {
        product.terminate();
        assertEquals(List.of(), product.errors());
        assertGuestIsTheSame();
        product = clone.start(List.of()).awaitReady();
        assertEquals("Running", product.admin().state("work"));
        assertGuestIsTheSame();
        awaitConsole();
    }

    @Test
    @Order(3)
    @DisplayName("without the jar of its klass it is listed and runs on; the store never changes")
    void guestSurvivesItsKlass() throws Exception {
        Path store = home.resolve("qubes.xml");
        byte[] before = Files.readAllBytes(store);
        Path jar = jar("qubes.vm.appvm-");
        Path away = clone.room().resolve("away.jar");
        Files.move(jar, away);
        Await.until("AppVM is away", RealGuestIT::workIsUnavailable, product::toString);
        assertFalse(klasses().contains("AppVM"));
        assertEquals("AppVM", product.admin().list().get("work").klass());
        assertEquals("Running", product.admin().state("work"));
        assertGuestIsTheSame();
        assertArrayEquals(before, Files.readAllBytes(store));
        Files.move(away, jar);
        Await.until("AppVM is back", () -> klasses().contains("AppVM"), product::toString);
        Await.until(
                "work runs",
                () -> product.admin().state("work").equals("Running"),
                product::toString);
        assertGuestIsTheSame();
        assertArrayEquals(before, Files.readAllBytes(store));
    }

    @Test
    @Order(4)
    @DisplayName("with --stop-guests it is shut down before its daemon ends")
    void guestEndsWithItsDaemonIfToldTo() throws Exception {
        product.terminate();
        assertGuestIsTheSame();
        product = clone.start(List.of("--stop-guests")).awaitReady();
        assertEquals("Running", product.admin().state("work"));
        product.terminate();
        assertEquals(List.of(), GuestProcesses.of(home));
        product = clone.start(List.of()).awaitReady();
        assertEquals("Halted", product.admin().state("work"));
        qvm("start", "work");
        awaitConsole();
    }

    @Test
    @Order(5)
    @DisplayName("it shuts down cleanly, and once removed nothing of it is left")
    void leavesNothingBehind() throws Exception {
        qvm("shutdown", "--wait", "work");
        assertEquals("Halted", product.admin().state("work"));
        qvm("remove", "--force", "work");
        assertEquals(List.of(), GuestProcesses.of(home));
        try (Stream<Path> files = Files.walk(home)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> !file.startsWith(home.resolve("log")))
                            .filter(file -> file.getFileName().toString().contains("work"))
                            .toList());
        }
        assertTrue(!Files.readString(home.resolve("qubes.xml")).contains("work"));
        product.terminate();
    }

    private static void assertGuestIsTheSame() {
        assertEquals(guest, GuestProcesses.of(home, "work").orElseThrow().pid());
    }

    private static void awaitConsole() throws Exception {
        byte[] typed = "\necho hello-$(hostname)\n".getBytes(UTF_8);
        StringBuilder seen = new StringBuilder();
        Await.until(
                "the console answers",
                () -> {
                    Ran console = Ran.of(typed, clone.folder().resolve("qvm"), "console", "work");
                    seen.append(console.output());
                    return console.output().contains("hello-work");
                },
                seen::toString);
    }

    private static boolean workIsUnavailable() throws IOException {
        try {
            product.admin().get("work", "memory");
            return false;
        } catch (AdminSocket.Refused refused) {
            assertTrue(refused.text.contains("AppVM"), refused.text);
            return true;
        }
    }

    private static List<String> klasses() throws IOException {
        return product.admin().call("admin.vmclass.List", "", "dom0").lines().toList();
    }

    private static String qvm(String... arguments) throws IOException {
        Ran ran = clone.qvm(arguments);
        assertEquals(0, ran.code(), () -> ran + "\n" + product);
        return ran.output();
    }

    private static Path jar(String start) throws IOException {
        try (Stream<Path> plugins = Files.list(home.resolve("plugins"))) {
            return plugins.filter(file -> file.getFileName().toString().startsWith(start))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
