package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.hypervisor.HostInfo;

class LocalHostTest {
    @TempDir private Path folder;

    @Test
    @DisplayName("the memory is the kernel's MemTotal, the processors are the JVM's")
    void memoryIsTheKernels() throws IOException {
        Path file = Files.writeString(folder.resolve("meminfo"), "MemTotal:       16384 kB\n");
        assertEquals(
                new HostInfo(16384, Runtime.getRuntime().availableProcessors()),
                LocalHost.info(file));
    }

    @Test
    @DisplayName("where the kernel does not tell, it is what this JVM may use")
    void memoryIsTheJvmsWhereTheKernelDoesNotTell() {
        HostInfo host = LocalHost.info(folder.resolve("missing"));
        assertEquals(Runtime.getRuntime().maxMemory() / 1024, host.memoryKiB());
    }

    @Test
    @DisplayName("this machine has some")
    void thisMachineHasSome() {
        assertTrue(LocalHost.info().memoryKiB() > 1024);
    }
}
