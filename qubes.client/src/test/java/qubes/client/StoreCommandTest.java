package qubes.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandTest {
    private static final String STORE = "<qubes>\n  <labels/>\n\n</qubes>";

    private ScriptedDaemon daemon;

    @TempDir private Path folder;

    @BeforeEach
    void start() throws IOException {
        daemon = new ScriptedDaemon();
        daemon.on("qubesd.store.Export+ dom0", "\n" + STORE)
                .on(
                        "qubesd.store.Export+compatible dom0",
                        "net: class NetVM became AppVM\nghost: left out\n\n" + STORE);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName("store export writes the store to standard output, and nothing else")
    void exports() {
        assertEquals(0, daemon.run("store", "export"));
        assertEquals(STORE + "\n", daemon.out());
        assertEquals("", daemon.err());
    }

    @Test
    @DisplayName("store export --compatible says each change on standard error")
    void exportsForTheOriginal() {
        assertEquals(0, daemon.run("store", "export", "--compatible"));
        assertEquals(STORE + "\n", daemon.out());
        assertEquals("net: class NetVM became AppVM\nghost: left out\n", daemon.err());
        assertEquals(List.of("qubesd.store.Export+compatible dom0"), daemon.requests());
    }

    @Test
    @DisplayName("store export FILE makes the file, and leaves one alone that is there")
    void exportsToFile() throws IOException {
        Path file = folder.resolve("qubes.xml");
        assertEquals(0, daemon.run("store", "export", "-c", file.toString()));
        assertEquals(STORE + "\n", Files.readString(file));
        assertEquals("", daemon.out());

        Files.writeString(file, "precious");
        assertEquals(2, daemon.run("store", "export", file.toString()));
        assertTrue(daemon.err().contains("is there already; name a new file"), daemon.err());
        assertEquals("precious", Files.readString(file));
        assertEquals(1, daemon.requests().size());
    }

    @Test
    @DisplayName(
            "a file that cannot be made, or a refusal of the daemon, ends with 1; a wrong verb with 2")
    void tellsFailures() {
        Path nowhere = folder.resolve("no/such/folder");
        assertEquals(1, daemon.run("store", "export", nowhere.toString()));
        assertTrue(daemon.err().contains("cannot be written"), daemon.err());
        assertFalse(Files.exists(nowhere));
        daemon.refuse("qubesd.store.Export+ dom0", "PermissionDenied", "not you");
        assertEquals(1, daemon.run("store", "export"));
        assertEquals(2, daemon.run("store"));
        assertEquals(2, daemon.run("store", "import"));
    }
}
