package qubes.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.HostCommands.Outcome;

class HostCommandsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HostCommands commands = HostCommands.ofThisHost();

    @Test
    @DisplayName("status, output and errors of a program come back apart, in a neutral language")
    void givesBackAllThatAProgramSays() {
        Outcome outcome =
                commands.run(
                        LIMIT, List.of("sh", "-c", "echo out; echo err >&2; echo $LC_ALL; exit 3"));
        assertEquals(new Outcome(3, "out\nC.UTF-8\n", "err\n"), outcome);
    }

    @Test
    @DisplayName("output larger than both pipes is read whole")
    void readsLargeOutput() {
        Outcome outcome =
                commands.run(
                        LIMIT,
                        List.of(
                                "sh",
                                "-c",
                                "head -c 1000000 /dev/zero >&2; head -c 2000000 /dev/zero"));
        assertEquals(2_000_000, outcome.output().length());
        assertEquals(1_000_000, outcome.errors().length());
    }

    @Test
    @DisplayName("arguments reach the program as they are")
    void runsNoShell() {
        assertEquals(
                "$(id) ; *\n", commands.require("Saying it", LIMIT, List.of("echo", "$(id) ; *")));
    }

    @Test
    @DisplayName("a program that takes too long is killed, with what it started")
    void killsWhatTakesTooLong() throws Exception {
        StoragePoolException refusal =
                assertThrows(
                        StoragePoolException.class,
                        () ->
                                commands.run(
                                        Duration.ofMillis(50),
                                        List.of("sh", "-c", "sleep 600; true")));
        assertEquals("The program sh did not end within 0 s", refusal.getMessage());
        for (ProcessHandle dying :
                ProcessHandle.current().descendants().filter(HostCommandsTest::sleeps).toList()) {
            dying.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    @DisplayName("an interrupt ends the program and stays set")
    void interruptEndsTheProgram() {
        Thread.currentThread().interrupt();
        assertThrows(
                StoragePoolException.class, () -> commands.run(LIMIT, List.of("sleep", "600")));
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("a program that is not installed is named, not its path")
    void namesAMissingProgram() {
        StoragePoolException refusal =
                assertThrows(
                        StoragePoolException.class,
                        () -> commands.run(LIMIT, List.of("no-such-program", "argument")));
        assertEquals(
                "The program no-such-program cannot be started; install what provides it",
                refusal.getMessage());
    }

    @ParameterizedTest
    @DisplayName("a reason is the end of the last line of standard error")
    @CsvSource({
        "cp: error writing '/a/b.img': No space left on device, No space left on device",
        "plain words, plain words",
        "'', exit status 1"
    })
    void reasonHasNoPath(String errors, String reason) {
        Outcome outcome = new Outcome(1, "", errors);
        assertEquals(reason, outcome.reason());
        assertFalse(outcome.succeeded());
    }

    private static boolean sleeps(ProcessHandle process) {
        return process.info().commandLine().orElse("").endsWith("sleep 600") && process.isAlive();
    }
}
