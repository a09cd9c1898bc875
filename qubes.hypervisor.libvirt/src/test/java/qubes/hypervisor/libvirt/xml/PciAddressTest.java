package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;

class PciAddressTest {
    @TempDir Path sysfs;

    @Test
    @DisplayName("a device on a root bus is where its port says")
    void onARootBus() {
        assertEquals(new PciAddress("0000", "00", "18", "4"), PciAddress.of("00_18.4", sysfs));
        assertEquals(new PciAddress("0001", "3a", "1f", "7"), PciAddress.of("0001_3a_1f.7", sysfs));
    }

    @Test
    @DisplayName("a device behind two bridges is found on the bus it has on this boot")
    void behindBridges() throws Exception {
        Files.createDirectories(sysfs.resolve("0000:c0:03.5").resolve("0000:c4:00.0"));
        Files.createDirectories(sysfs.resolve("0000:c4:00.0").resolve("0000:c6:00.0"));
        assertEquals(
                new PciAddress("0000", "c6", "00", "0"),
                PciAddress.of("c0_03.5-00_00.0-00_00.0", sysfs));
    }

    @Test
    @DisplayName("a device behind a bridge that is not there, and nonsense, are refused")
    void missing() {
        assertThrows(QubesException.class, () -> PciAddress.of("c0_03.7-00_00.0-00_00.0", sysfs));
        assertThrows(QubesException.class, () -> PciAddress.of("../../x", sysfs));
        assertThrows(QubesException.class, () -> PciAddress.of("*", sysfs));
    }
}
