package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRootTest {
    @TempDir Path folder;

    @Test
    @DisplayName("only the embedded driver's URI names a folder")
    void readsTheUri() {
        assertEquals(
                Optional.of(Path.of("/a b/c")), EmbeddedRoot.of("qemu:///embed?root=/a%20b/c"));
        assertEquals(Optional.of(Path.of("/c")), EmbeddedRoot.of("qemu:///embed?x=1&root=/c&y=2"));
        assertEquals(Optional.of(Path.of("/c++")), EmbeddedRoot.of("qemu:///embed?root=/c++"));
        assertEquals(Optional.empty(), EmbeddedRoot.of("qemu:///system"));
        assertEquals(Optional.empty(), EmbeddedRoot.of("xen:///"));
    }

    @Test
    @DisplayName("settings are written once and never over the administrator's")
    void writesSettingsOnce() throws Exception {
        EmbeddedRoot.prepare(folder);
        Path settings = folder.resolve("etc").resolve("qemu.conf");
        assertTrue(Files.readString(settings).contains("stdio_handler = \"file\""));
        Files.writeString(settings, "mine");
        EmbeddedRoot.prepare(folder);
        assertEquals("mine", Files.readString(settings));
    }
}
