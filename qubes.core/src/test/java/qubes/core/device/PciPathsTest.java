package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A PCI device's port")
class PciPathsTest {
    @TempDir private Path host;

    private PciPaths paths;

    @BeforeEach
    void makeHost() throws IOException {
        paths =
                new PciPaths(
                        new PciHost(host)
                                .bridge("pci0000:c0/0000:c0:03.5", 0xc5)
                                .bridge("pci0000:c0/0000:c0:03.5/0000:c5:00.0", 0xc6)
                                .device("pci0000:c0/0000:c0:03.5/0000:c5:00.0/0000:c6:00.0")
                                .device("pci0000:00/0000:00:18.4")
                                .device("pci0000:00/0000:00:14.0")
                                .bridge("pci0000:00/0000:00:08.1", 0x02)
                                .device("pci0000:00/0000:00:08.1/0000:02:00.2")
                                .device("pci0000:00/0000:00:08.1/0000:03:00.0")
                                .device("pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0")
                                .sysfs());
    }

    @ParameterizedTest(name = "{0} is at {1}")
    @CsvSource({
        "0000:c6:00.0,     c0_03.5-00_00.0-00_00.0",
        "0000:00:18.4,     00_18.4",
        "00:18.4,          00_18.4",
        "pci_0000_00_18_4, 00_18.4",
        "0000:00:14.0,     00_14.0",
        "0000:02:00.2,     00_08.1-00_00.2",
        "0000:03:00.0,     00_08.1-01_00.0",
        "10000:e0:06.0,    10000_e0_06.0",
        "0000:00:19.0,",
        "nonsense,",
        "00:18.g,"
    })
    @DisplayName("is the way to the device at an address")
    void isTheWayToTheDevice(String address, String port) {
        assertEquals(Optional.ofNullable(port), paths.path(address));
    }

    @ParameterizedTest(name = "{0} leads to {1}")
    @CsvSource({
        "0000_c0_03.5-00_00.0-00_00.0, 0000:c6:00.0",
        "c0_03.5-00_00.0-00_00.0,      0000:c6:00.0",
        "0000_c0_03.7-00_00.0-00_00.0,",
        "00_14.0,                      0000:00:14.0",
        "00_08.1-01_00.0,              0000:03:00.0",
        "10000_e0_06.0,                10000:e0:06.0",
        "00_14.0-00_00.0,",
        "nonsense,",
        "00_08.1-,",
        "'',"
    })
    @DisplayName("leads to the address")
    void leadsToTheAddress(String port, String address) {
        assertEquals(Optional.ofNullable(address), paths.address(port));
    }

    @ParameterizedTest(name = "{0} means {1}")
    @CsvSource({
        "02_00.2,          00_08.1-00_00.2",
        "0000_02_00.2,     00_08.1-00_00.2",
        "0000:02:00.2,     00_08.1-00_00.2",
        "02:00.2,          00_08.1-00_00.2",
        "00_14.0,          00_14.0",
        "c0_03.5,          c0_03.5",
        "00_08.1-00_00.2,  00_08.1-00_00.2",
        "77_00.0,          77_00.0",
        "00_99.0-00_00.0,  00_99.0-00_00.0",
        "*,                *"
    })
    @DisplayName("is what an old store means by an address, if the device is there")
    void isWhatAnOldStoreMeans(String stored, String port) {
        assertEquals(port, paths.port(stored));
    }

    @Test
    @DisplayName("is not known on a host without PCI")
    void isNotKnownWithoutPci() {
        PciPaths none = new PciPaths(host.resolve("none"));
        assertEquals(Optional.empty(), none.path("0000:00:14.0"));
        assertEquals("02_00.2", none.port("02_00.2"));
    }
}
