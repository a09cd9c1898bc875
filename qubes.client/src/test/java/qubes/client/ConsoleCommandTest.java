package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Runs against a real pseudo-terminal; {@code script} of the base system holds the guest's end. */
class ConsoleCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private ScriptedDaemon daemon;
    private Process guest; // what it reads is what the client types
    private BufferedReader guestSees;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
        guest =
                new ProcessBuilder(
                                "script",
                                "-qfc",
                                "tty; stty raw -echo; echo ready; exec sleep 60",
                                "/dev/null")
                        .redirectErrorStream(true)
                        .start();
        guestSees =
                new BufferedReader(
                        new InputStreamReader(guest.getInputStream(), StandardCharsets.UTF_8));
        daemon.on("admin.vm.Console+ work", guestSees.readLine().strip());
        assertEquals("ready", guestSees.readLine().strip());
    }

    @AfterEach
    void stop() throws Exception {
        guest.destroy();
        guest.waitFor(10, TimeUnit.SECONDS);
        daemon.close();
    }

    @Test
    @DisplayName(
            "what is piped in reaches the guest, what the guest says comes out, and silence ends it")
    void pipes() {
        guestSays("hello from the guest\n");
        assertTimeoutPreemptively(
                LIMIT,
                () -> {
                    assertEquals(
                            0,
                            daemon.runWithInput(
                                    "hostname\n", "console", "--linger", "0.5", "work"));
                    assertEquals("hostname", guestSees.readLine());
                });
        assertTrue(daemon.out().contains("hello from the guest"), daemon.out());
    }

    @Test
    @DisplayName("Ctrl-] leaves at once, and is not sent")
    void escape() throws Exception {
        PipedInputStream typed = new PipedInputStream();
        try (PipedOutputStream keys = new PipedOutputStream(typed)) {
            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> console(typed));
            keys.write("who\n\u001dnot this\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            assertEquals(0, exit.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        assertEquals("who", guestSees.readLine());
        daemon.runWithInput("end\n", "console", "--linger", "0", "work");
        assertEquals("end", guestSees.readLine());
    }

    @Test
    @DisplayName("when the guest goes, the console ends though nobody typed")
    void guestGoes() throws Exception {
        PipedInputStream silence = new PipedInputStream();
        try (PipedOutputStream keys = new PipedOutputStream(silence)) {
            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(() -> console(silence));
            keys.write("here\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();
            assertEquals("here", guestSees.readLine());
            guest.destroyForcibly().waitFor();
            assertEquals(0, exit.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    @DisplayName("a qube that does not run, and a console that is not here, are errors")
    void noConsole() {
        daemon.refuse("admin.vm.Console+ anon", "QubesVMNotRunningError", "Domain not running");
        assertEquals(1, daemon.run("console", "anon"));
        assertEquals("Domain not running\n", daemon.err());
        daemon.on("admin.vm.Console+ far", "/nowhere/pts");
        assertEquals(1, daemon.run("console", "far"));
        assertEquals("far has no serial console here\n", daemon.err());
        assertEquals(2, daemon.run("console", "--linger", "soon", "work"));
        assertEquals(2, daemon.run("console", "--linger", "-1", "work"));
    }

    private int console(InputStream in) {
        PrintStream nowhere =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return Main.run(
                List.of("console", "work"),
                Map.of("QUBESD_SOCKET", daemon.socket().toString()),
                in,
                nowhere,
                nowhere);
    }

    private void guestSays(String text) {
        try {
            guest.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            guest.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
