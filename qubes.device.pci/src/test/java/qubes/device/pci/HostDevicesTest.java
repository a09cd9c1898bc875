package qubes.device.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.device.DeviceInfo;

/** Spec devices.md §7: what is told of the host's devices. */
class HostDevicesTest {
    @TempDir Path folder;

    @Test
    @DisplayName("devices as clients read them: port, identity, maker, product, address")
    void lines() throws Exception {
        HostDevices devices =
                PlantedPci.in(folder)
                        .device("pci0000:00/0000:00:14.0", "0x8086", "0x8cb1", "0x0c0330")
                        .bridge("pci0000:00/0000:00:1c.0", 5)
                        .device(
                                "pci0000:00/0000:00:1c.0/0000:05:00.0",
                                "0x10de",
                                "0x1234",
                                "nonsense")
                        .devices();
        assertEquals(
                List.of(
                        "00_14.0:0x8086:0x8cb1::p0c0330 device_id='0x8086:0x8cb1::p0c0330'"
                                + " port_id='00_14.0' devclass='pci' backend_domain='dom0'"
                                + " vendor='Intel Corporation' product='9 Series Chipset Family USB"
                                + " xHCI Controller' interfaces='p0c0330' _sbdf='0000:00:14.0'",
                        "00_1c.0:0x8086:0x0001::p060400 device_id='0x8086:0x0001::p060400'"
                                + " port_id='00_1c.0' devclass='pci' backend_domain='dom0'"
                                + " vendor='Intel Corporation' interfaces='p060400'"
                                + " _sbdf='0000:00:1c.0'",
                        "00_1c.0-00_00.0:0x10de:0x1234::p****** device_id='0x10de:0x1234::p******'"
                                + " port_id='00_1c.0-00_00.0' devclass='pci' backend_domain='dom0'"
                                + " vendor='Na__ve' interfaces='p******' _sbdf='0000:05:00.0'"),
                devices.all().stream().map(DeviceInfo::line).toList());
        assertEquals(Optional.of(devices.all().get(2)), devices.find("00_1c.0-00_00.0"));
        assertEquals(Optional.empty(), devices.find("00_1d.0"));
        assertEquals(Optional.empty(), devices.find("../x"));
    }

    @Test
    @DisplayName("the devices of a guest, from its description")
    void ofGuests() {
        String xml =
                "<domain><devices>"
                        + GuestDevices.xml("0000:05:1f.7", Map.of(), true)
                        + "<hostdev type='usb'><source><address domain='1'/></source></hostdev>"
                        + "</devices></domain>";
        assertEquals(List.of("0000:05:1f.7"), GuestDevices.addresses(xml));
        assertEquals(
                "<hostdev type=\"pci\" managed=\"yes\" nostrictreset=\"yes\"><source"
                        + " writeFiltering=\"no\"><address domain=\"0x0000\" bus=\"0x05\""
                        + " slot=\"0x1f\" function=\"0x7\"/></source></hostdev>",
                GuestDevices.xml(
                        "0000:05:1f.7",
                        Map.of("no-strict-reset", "False", "permissive", "True"),
                        false));
    }
}
