package qubes.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.value.DomainName;

/** Spec devices.md §6, for the disks of the host. */
class HostDisksTest {
    private static final Path VOLUMES = Path.of("/var/lib/qubes");

    @TempDir Path folder;
    private PlantedHost host;

    @BeforeEach
    void plant() throws Exception {
        host = new PlantedHost(folder);
    }

    private List<String> offered() {
        return host.disks().offered(VOLUMES).stream().map(HostDisk::id).toList();
    }

    @Test
    @DisplayName(
            "disks and partitions are offered by name, with size, mode and what they are part of")
    void offersDisks() throws Exception {
        host.disk("sdb", 2000, "8:16")
                .with("sdb", "device/model", "Test Disk  \n")
                .partition("sdb", "sdb1", 1000, "8:17")
                .with("sdb1", "ro", "1\n")
                .disk("loop3", 16, "7:3")
                .with("loop3", "loop/backing_file", "/root/x y.img\n");
        HostDisk whole = new HostDisk("sdb", 1_024_000, false, "Test_Disk", Optional.empty());
        assertEquals(
                List.of(
                        new HostDisk("loop3", 8192, false, "/root/x_y.img", Optional.empty()),
                        whole,
                        new HostDisk("sdb1", 512_000, true, "", Optional.of(whole))),
                host.disks().offered(VOLUMES));
        assertEquals(Optional.of(whole), host.disks().find("sdb"));
        assertEquals(Optional.empty(), host.disks().find("sdc"));
        assertEquals(Optional.empty(), host.disks().find("../sdb"));
    }

    @Test
    @DisplayName("a device of no size, in memory, or of an odd name is not offered")
    void ignoresWhatIsNoDisk() throws Exception {
        host.disk("loop0", 0, "7:0")
                .disk("ram0", 10, "1:0")
                .disk("zram0", 10, "252:0")
                .disk("cciss!c0d0", 10, "104:0")
                .disk("thirteen-char", 10, "9:0")
                .disk("sr0", 10, "11:0");
        assertEquals(List.of("sr0"), offered());
    }

    @Test
    @DisplayName("what the host uses itself is not offered, nor the disk around it or parts of it")
    void ignoresWhatIsInUse() throws Exception {
        host.disk("sda", 100, "8:0")
                .partition("sda", "sda1", 50, "8:1")
                .partition("sda", "sda2", 50, "8:2")
                .disk("sdb", 100, "8:16")
                .partition("sdb", "sdb1", 50, "8:17")
                .disk("sdc", 100, "8:32")
                .disk("sdd", 100, "8:48")
                .disk("sde", 100, "8:64")
                .disk("loop1", 100, "7:1")
                .with("loop1", "loop/backing_file", "/var/lib/qubes/appvms/work/private.img")
                .disk("dm-0", 100, "253:0")
                .with("dm-0", "dm/uuid", "LVM-abc")
                .disk("dm-1", 100, "253:1")
                .with("dm-1", "dm/uuid", "CRYPT-LUKS2-abc")
                .with("dm-1", "dm/name", "luks-stick");
        host.mounted(
                """
                29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
                30 1 8:16 / /mnt rw,relatime - ext4 /dev/sdb rw
                31 1 0:45 / /btr rw,relatime - btrfs /dev/sdc rw
                """);
        host.swapped("Filename Type Size Used Priority\n/dev/sdd   partition 100 0 -2\n");
        Files.createFile(host.sysfs().resolve("class/block/sde/holders/dm-9"));
        assertEquals(List.of("dm-1", "sda2"), offered());
    }

    @ParameterizedTest(name = "{0} {1} → serial {2}, name {3}")
    @CsvSource({
        "sda, Test_ (device), Test, device",
        "mapper, Test_device, Test device, unknown",
        "sda, '', unknown, unknown",
        "sda, Te\u00e9st_b(){}|'\u0001' (a_b), Test b(), a b",
        "sda, x (, x, unknown",
    })
    @DisplayName("what a disk says of itself is made safe and taken apart")
    void describes(String id, String description, String serial, String name) {
        var labels =
                new HostDisk(id, 1, false, description, Optional.empty())
                        .info(DomainName.DOM0, Optional.empty())
                        .labels();
        assertEquals(serial, labels.serial());
        assertEquals(name, labels.name());
        assertEquals("hosted by dom0", labels.manufacturer());
    }

    @Test
    @DisplayName("a disk as clients read it: identity, maker, parent, attachment")
    void serialized() {
        HostDisk whole = new HostDisk("sda", 1, false, "Test_ (device)", Optional.empty());
        HostDisk part = new HostDisk("sda07", 1, false, "", Optional.of(whole));
        assertEquals(
                "sda::None device_id=':None' port_id='sda' devclass='block' backend_domain='dom0'"
                        + " manufacturer='hosted by dom0' name='device' serial='Test'"
                        + " attachment='work' interfaces='b******'",
                whole.info(DomainName.DOM0, Optional.of(new DomainName("work"))).line());
        assertEquals(
                "sda07::None:7 device_id=':None:7' port_id='sda07' devclass='block'"
                        + " backend_domain='dom0' manufacturer='sub-device of dom0:sda'"
                        + " interfaces='b******' parent_port_id='sda' parent_devclass='block'",
                part.info(DomainName.DOM0, Optional.empty()).line());
    }
}
