package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MainTest {
    private ScriptedDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName(
            "an error of the daemon is its message on stderr alone, with %% for %, and exit code 1")
    void errors() {
        daemon.refuse("admin.vm.Pause+ nope", "QubesVMNotFoundError", "msg %%d");
        assertEquals(1, daemon.run("pause", "nope"));
        assertEquals("msg %d\n", daemon.err());
        assertEquals("", daemon.out());
    }

    @Test
    @DisplayName("an answer of zero bytes is an error that says so")
    void emptyAnswer() {
        daemon.onBytes("admin.vm.Pause+ work", new byte[0]);
        assertEquals(1, daemon.run("pause", "work"));
        assertEquals("Got empty response from qubesd. Its log says why.\n", daemon.err());
    }

    @Test
    @DisplayName("an answer that is cut off or no answer at all is an error")
    void strangeAnswers() {
        daemon.onBytes("admin.vm.Pause+ work", "2\0Qubes".getBytes());
        assertEquals(1, daemon.run("pause", "work"));
        assertEquals("Got an error from qubesd that is cut off\n", daemon.err());
        daemon.onBytes("admin.vm.Pause+ work", "HTTP/1.1".getBytes());
        assertEquals(1, daemon.run("pause", "work"));
        assertEquals("Got an answer from qubesd that is none\n", daemon.err());
    }

    @Test
    @DisplayName("no daemon: the message names the socket")
    void noDaemon() throws IOException {
        daemon.close();
        assertEquals(1, daemon.run("ls"));
        assertTrue(
                daemon.err().startsWith("Cannot reach qubesd at " + daemon.socket()), daemon.err());
    }

    @Test
    @DisplayName("--socket goes before the environment")
    void socketOption() {
        assertEquals(1, daemon.run("--socket", "/nowhere/s", "ls"));
        assertTrue(daemon.err().startsWith("Cannot reach qubesd at /nowhere/s "), daemon.err());
        assertEquals(1, daemon.run("--socket=/nowhere/t", "ls"));
        assertTrue(daemon.err().startsWith("Cannot reach qubesd at /nowhere/t "), daemon.err());
        assertEquals(2, daemon.run("--socket"));
    }

    @Test
    @DisplayName("a wrong command line ends with 2 and shows the usage")
    void usageErrors() {
        assertEquals(2, daemon.run());
        assertEquals(2, daemon.run("frobnicate"));
        assertEquals(
                "qvm: error: no such verb: 'frobnicate'; qvm --help lists them\n", daemon.err());
        assertEquals(2, daemon.run("start"));
        assertEquals(
                "usage: qvm start [--skip-if-running] VM ...\nqvm start: error: the name of a qube is missing\n",
                daemon.err());
        assertEquals(2, daemon.run("start", "--frobnicate", "work"));
        assertEquals(2, daemon.run("create", "work", "--label"));
        assertEquals(2, daemon.run("remove", "--force=yes", "work"));
        assertEquals(List.of(), daemon.requests());
    }

    @Test
    @DisplayName("help lists every verb, and each verb has its own")
    void help() {
        assertEquals(0, daemon.run("--help"));
        String overview = daemon.out();
        for (String verb : Main.VERBS) {
            assertNotNull(Main.find(verb), verb);
            assertTrue(overview.contains("\n  " + verb + " "), verb);
            assertTrue(overview.matches("(?s).*\n  " + verb + " +[A-Z][^\n]*[.]\n.*"), verb);
            String[] words = (verb + " --help").split(" ");
            assertEquals(0, daemon.run(words));
            assertTrue(daemon.out().startsWith("usage: qvm " + verb), daemon.out());
            assertEquals("", daemon.err());
        }
        assertEquals(List.of(), daemon.requests());
    }
}
