package qubes.core.internal.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.PciHost;
import qubes.core.device.PciPaths;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.internal.store.StoreReader;
import qubes.core.internal.store.StoreWriter;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceCollection;

@DisplayName("The devices of a store")
class StoredDevicesTest {
    @TempDir private Path home;

    private QubesSystem system;

    @AfterEach
    void close() {
        if (system != null) {
            system.close();
        }
    }

    @ParameterizedTest(name = "{0}: {2} of {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "all there              | sys-usb:1-1:dead       | ask-to-attach | backend-domain='sys-usb' id='1-1' mode='ask-to-attach' identity='dead'",
                "no mode                | sys-usb:1-1:*          | required      | backend-domain='sys-usb' id='1-1'",
                "required yes           | sys-usb:1-1:*          | required      | backend-domain='sys-usb' id='1-1' required='yes'",
                "required no            | sys-usb:1-1:*          | auto-attach   | backend-domain='sys-usb' id='1-1' required='no'",
                "required True          | sys-usb:1-1:*          | required      | backend-domain='sys-usb' id='1-1' required='True'",
                "required before mode   | sys-usb:1-1:*          | auto-attach   | backend-domain='sys-usb' id='1-1' required='no' mode='ask-to-attach'",
                "no id                  | sys-usb:*:dead         | auto-attach   | backend-domain='sys-usb' mode='auto-attach' identity='dead'",
                "no backend             | *:1-1:*                | auto-attach   | id='1-1' mode='auto-attach'",
                "any of everything      | *:*:*                  | auto-attach   | backend-domain='*' id='*' mode='auto-attach' identity='*'"
            })
    @DisplayName("are assigned")
    void areAssigned(String words, String device, String mode, String attributes) {
        DeviceCollection devices = open("<device " + attributes + "/>").devices().of("block");
        assertEquals(
                List.of(device + " " + mode),
                devices.assigned().stream().map(a -> a.device() + " " + a.mode()).toList(),
                words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backend-domain='sys-usb' id='1-1' mode='manual'",
                "backend-domain='sys-usb' id='1-1' mode='sometimes'",
                "backend-domain='sys-usb' id='1-1' mode=''",
                "backend-domain='sys-usb' id='1-1' required='perhaps'",
                "backend-domain='gone' id='1-1' mode='required'",
                "backend-domain='' id='1-1' mode='required'"
            })
    @DisplayName("are not shown if not understood, and stay in the store as they are")
    void areKeptIfNotUnderstood(String attributes) {
        String before = "<device " + attributes + " colour='red'><!-- why --><other/></device>";
        BaseVM work = open(before);
        DeviceCollection devices = work.devices().of("block");
        assertEquals(List.of(), devices.assigned());
        assertEquals(List.of(), work.devices().assignedClasses());
        devices.assign(DeviceAssignment.of(at("1-1", "*"), AssignmentMode.AUTO));
        devices.updateMode(at("1-1", "*"), AssignmentMode.ASK);
        devices.unassign(at("1-1", "*"));
        assertThrows(DeviceNotAssigned.class, () -> devices.unassign(at("1-1", "*")));
        assertEquals(written(read(before)), written(system.state()));
    }

    @Test
    @DisplayName("have the identity among the options in old stores, where it is no option")
    void identityAmongOptions() {
        BaseVM work =
                open(
                        "<device backend-domain='sys-usb' id='1-1' mode='required'>"
                                + "<option name='identity'>dead</option>"
                                + "<option name='read-only'>yes</option></device>");
        assertEquals(
                List.of(
                        DeviceAssignment.of(at("1-1", "dead"), AssignmentMode.REQUIRED)
                                .with(Map.of("read-only", "yes"))),
                work.devices().of("block").assigned());
    }

    @Test
    @DisplayName("of PCI with option no-strict-reset=True are automatic and keep the option's text")
    void pciWithOption() {
        SystemState state =
                read(
                        "pci",
                        "<device backend-domain='dom0' id='00_11.22'>"
                                + "<option name='no-strict-reset'>True</option></device>");
        DeviceAssignment assignment = open(state).devices().of("pci").assigned().get(0);
        assertEquals(Map.of("no-strict-reset", "True"), assignment.options());
        assertTrue(assignment.mode().automatic());
        assertTrue(assignment.required());
    }

    @Test
    @DisplayName("keep what nobody understands when their mode changes")
    void keepTheRestOnChange() {
        BaseVM work =
                open(
                        "<device colour='red' backend-domain='sys-usb' id='1-1' required='yes'>"
                                + "<option name='a'>b</option><other/></device>");
        work.devices().of("block").updateMode(at("1-1", "*"), AssignmentMode.ASK);
        assertEquals(
                written(
                        read(
                                "<device colour='red' backend-domain='sys-usb' id='1-1'"
                                        + " mode='ask-to-attach'><option name='a'>b</option>"
                                        + "<other/></device>")),
                written(system.state()));
    }

    @Test
    @DisplayName("count once if they are there twice: the last does")
    void lastOfTwoCounts() {
        DeviceCollection devices =
                open("<device backend-domain='sys-usb' id='1-1' mode='required'/>"
                                + "<device backend-domain='sys-usb' id='1-1' mode='auto-attach'/>")
                        .devices()
                        .of("block");
        assertEquals(
                List.of(DeviceAssignment.of(at("1-1", "*"), AssignmentMode.AUTO)),
                devices.assigned());
        devices.unassign(at("1-1", "*"));
        assertEquals(List.of(), devices.assigned());
    }

    @Test
    @DisplayName("are written with their attributes in the original's order")
    void areWritten() {
        BaseVM work = open("");
        work.devices()
                .of("block")
                .assign(
                        DeviceAssignment.of(
                                        at("sda", "0000:0000::?******:1.0"), AssignmentMode.AUTO)
                                .with(Map.of("read-only", "yes")));
        String text = written(system.state());
        int start = text.indexOf("<device ");
        assertEquals(
                "<device backend-domain=\"sys-usb\" id=\"sda\" mode=\"auto-attach\""
                        + " identity=\"0000:0000::?******:1.0\">"
                        + "<option name=\"read-only\">yes</option></device>",
                text.substring(start, text.indexOf("</devices>"))
                        .replaceAll(">\\s+<", "><")
                        .strip());
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "02_00.2,         00_08.1-00_00.2",
        "0000:02:00.2,    00_08.1-00_00.2",
        "00_08.1-00_00.2, 00_08.1-00_00.2",
        "77_00.0,         77_00.0",
        "*,               *"
    })
    @DisplayName("of PCI get ports for addresses that the host knows")
    void pciGetsPorts(String stored, String port) throws IOException {
        PciPaths paths = pathsOfHost();
        String device = "<device backend-domain='dom0' id='" + stored + "' required='yes'/>";
        SystemState loaded = read("pci", device);
        SystemState resolved = PciPorts.resolved(loaded, paths);
        assertEquals(
                List.of("dom0:" + port + ":* required"),
                open(resolved).devices().of("pci").assigned().stream()
                        .map(a -> a.device() + " " + a.mode())
                        .toList());
        if (stored.equals(port)) {
            assertSame(loaded, resolved);
        }
    }

    @Test
    @DisplayName("of other classes have no addresses")
    void othersHaveNoAddresses() throws IOException {
        PciPaths paths = pathsOfHost();
        SystemState loaded = read("<device backend-domain='dom0' id='02_00.2'/>");
        assertSame(loaded, PciPorts.resolved(loaded, paths));
    }

    /** Of a host with one device behind a bridge. */
    private PciPaths pathsOfHost() throws IOException {
        return new PciPaths(
                new PciHost(home.resolve("sys"))
                        .bridge("pci0000:00/0000:00:08.1", 2)
                        .device("pci0000:00/0000:00:08.1/0000:02:00.2")
                        .sysfs());
    }

    private BaseVM open(String devices) {
        return open(read(devices));
    }

    private BaseVM open(SystemState state) {
        system = TestSystem.of(state, home);
        TestSystem.addFactory(system, TestSystem.PLAIN);
        return system.domain(new DomainName("work"));
    }

    private static SystemState read(String devices) {
        return read("block", devices);
    }

    private static SystemState read(String deviceClass, String devices) {
        String text =
                "<qubes><domains><domain id=\"domain-0\" class=\"AdminVM\"/>"
                        + domain(1, "sys-usb", "")
                        + domain(
                                2,
                                "work",
                                "<devices class='" + deviceClass + "'>" + devices + "</devices>")
                        + "</domains></qubes>";
        return new StoreReader().read(new ByteArrayInputStream(text.getBytes(UTF_8)), "qubes.xml");
    }

    private static String domain(int qid, String name, String more) {
        return """
            <domain id="domain-%1$d" class="PlainVM"><properties>
            <property name="name">%2$s</property><property name="qid">%1$d</property>
            <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-00000000000%1$d</property>
            </properties>%3$s</domain>"""
                .formatted(qid, name, more);
    }

    private static String written(SystemState state) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new StoreWriter(PropertyOrder.AS_STORED).write(state).forEach(out::writeBytes);
        return out.toString(UTF_8);
    }

    private static VirtualDevice at(String port, String identity) {
        return new VirtualDevice(Port.of(new DomainName("sys-usb"), port, "block"), identity);
    }
}
