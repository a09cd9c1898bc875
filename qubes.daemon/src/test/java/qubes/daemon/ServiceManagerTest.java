package qubes.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
    @TempDir private Path folder;

    @Test
    @DisplayName("systemd's program is called with its words, at the socket of the environment")
    void tellsServiceManager() throws IOException {
        Path program = program("printf '%s\\n' \"$NOTIFY_SOCKET\" \"$@\" >\"$0.said\"");
        ServiceManager.of(Map.of("QUBESD_NOTIFY_SOCKET", "@there"))
                .orElseThrow()
                .ready(program.toString());
        assertEquals(
                "@there\n--ready\n--status=qubesd online and operational\n",
                Files.readString(folder.resolve("program.said")));
    }

    @Test
    @DisplayName("a daemon that no service manager started tells nobody")
    void nobodyToTell() {
        assertEquals(Optional.empty(), ServiceManager.of(Map.of()));
        assertEquals(Optional.empty(), ServiceManager.of(Map.of("QUBESD_NOTIFY_SOCKET", "")));
    }

    @Test
    @DisplayName("a program that fails, or is not there, does not end the daemon")
    void survivesFailure() throws IOException {
        ServiceManager manager = new ServiceManager("/none");
        manager.ready(program("touch \"$0.ran\"; exit 3").toString());
        assertTrue(Files.exists(folder.resolve("program.ran")));
        manager.ready(folder.resolve("missing").toString());
    }

    private Path program(String line) throws IOException {
        Path program = folder.resolve("program");
        Files.writeString(program, "#!/bin/sh\n" + line + "\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
}
