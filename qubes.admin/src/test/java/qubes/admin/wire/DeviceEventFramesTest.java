package qubes.admin.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.event.DeviceEvents;
import qubes.core.event.Event;
import qubes.core.event.PreEvent;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;
import qubes.testkit.hypervisor.BareDomain;

@DisplayName("Events of devices")
class DeviceEventFramesTest {
    private static final Port PORT = Port.of(new DomainName("sys-usb"), "1-1", "usb");
    private static final VirtualDevice DEVICE = new VirtualDevice(PORT, "dead:beef");

    record Row(Event event, boolean before, String name, List<String> arguments) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Row> rows() {
        PropertyHolder work = new BareDomain("work");
        DeviceInfo info = DeviceInfo.of(DEVICE);
        Map<String, String> options = Map.of("read-only", "no");
        String[] device = {"device", "sys-usb:1-1:dead:beef"};
        String[] port = {"port", "sys-usb:1-1"};
        String[] both = {
            "device", "sys-usb:1-1:dead:beef", "options", "{'read-only': 'no'}",
        };
        return List.of(
                row(new DeviceEvents.ListChange(work, "usb"), "device-list-change:usb"),
                row(new DeviceEvents.Added(work, info), "device-added:usb", device),
                row(new DeviceEvents.Removed(work, PORT), "device-removed:usb", port),
                row(new DeviceEvents.PreAttach(work, info, options), "device-pre-attach:usb", both),
                row(new DeviceEvents.Attach(work, info, options), "device-attach:usb", both),
                row(new DeviceEvents.PreDetach(work, PORT), "device-pre-detach:usb", port),
                row(new DeviceEvents.Detach(work, PORT), "device-detach:usb", port),
                row(
                        new DeviceEvents.PreAssign(work, DEVICE, options),
                        "device-pre-assign:usb",
                        both),
                row(new DeviceEvents.Assign(work, DEVICE, options), "device-assign:usb", both),
                row(
                        new DeviceEvents.AssignmentChanged(work, DEVICE),
                        "device-assignment-changed:usb",
                        device),
                row(new DeviceEvents.Unassign(work, DEVICE), "device-unassign:usb", device));
    }

    private static Row row(Event event, String name, String... arguments) {
        return new Row(event, name.contains("-pre-"), name, List.of(arguments));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    @DisplayName("tell clients the device or port, and the options")
    void tellClients(Row row) {
        assertEquals(
                "1\0work\0" + row.name + "\0" + fields(row.arguments) + "\0",
                new String(Frames.event(row.event), StandardCharsets.UTF_8));
        assertEquals(row.before, row.event instanceof PreEvent);
    }

    private static String fields(List<String> fields) {
        return fields.isEmpty() ? "" : String.join("\0", fields) + "\0";
    }
}
