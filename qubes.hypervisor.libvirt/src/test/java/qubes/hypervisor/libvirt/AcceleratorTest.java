package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceleratorTest {
    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource({"kvm, kvm", "tcg, qemu", "qemu, qemu", "auto, qemu", "nonsense, qemu"})
    @DisplayName(
            "what is configured is used; auto does not believe in KVM without a kernel to boot with it")
    void followsTheConfiguration(String configured, String type) {
        assertEquals(
                type,
                Accelerator.of(configured)
                        .domainType(TestDriverContractTest.guest("work", UUID.randomUUID())));
    }
}
