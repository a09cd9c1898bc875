package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.hypervisor.GuestSpec;

class AcceleratorIT {
    @TempDir Path folder;

    @Test
    @DisplayName(
            "auto means KVM exactly where the distribution's own probe sees a guest boot with it")
    void believesOnlyABoot() throws Exception {
        TinyGuest tiny = TinyGuest.made();
        GuestSpec spec = tiny.spec(folder, "probe", UUID.randomUUID());
        Process probe =
                new ProcessBuilder(
                                Path.of("..", "qubes.dist", "guest", "probe-kvm").toString(),
                                tiny.kernelDirectory().toString())
                        .redirectOutput(folder.resolve("answer").toFile())
                        .start();
        assertEquals(0, probe.waitFor());
        String answer = Files.readString(folder.resolve("answer")).strip();
        assertEquals(
                answer.equals("kvm") ? "kvm" : "qemu", Accelerator.of("auto").domainType(spec));
    }
}
