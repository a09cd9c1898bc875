package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.value.DomainName;

@DisplayName("A device is told by port and identity")
class DeviceIdentityTest {
    private static final DomainName VM = new DomainName("vm");
    private static final Port PORT = Port.of(VM, "1234", "usb");

    @Test
    @DisplayName("text and key say * for what is not set, and * alone for any port")
    void textAndKeySayAny() {
        assertEquals("vm:1234", PORT.toString());
        assertEquals("vm+1234", PORT.key());
        assertEquals("vm:*", Port.of(VM, "", "usb").toString());
        assertEquals("*:1234", new Port(Optional.empty(), "1234", "usb").toString());
        assertEquals("*", Port.any("usb").toString());
        assertEquals("*", Port.any("usb").key());
        assertEquals("peripheral", Port.of(VM, "1234", "").deviceClass());
        assertEquals("vm:1234:*", VirtualDevice.at(PORT).toString());
        assertEquals("vm+1234:dead", new VirtualDevice(PORT, "dead").key());
        assertEquals("*:*:dead", new VirtualDevice(Port.any("usb"), "dead").toString());
        assertEquals("vm:1234:0000:0000::?******", DeviceInfo.of(at("1234", "")).toString());
    }

    @Test
    @DisplayName("ports are equal by backend, port and class; devices by port and identity")
    void equality() {
        assertEquals(PORT, Port.of(new DomainName("vm"), "1234", "usb"));
        assertNotEquals(PORT, Port.of(new DomainName("wm"), "1234", "usb"));
        assertNotEquals(PORT, Port.of(VM, "1235", "usb"));
        assertNotEquals(PORT, Port.of(VM, "1234", "pci"));
        assertEquals(VirtualDevice.at(PORT), new VirtualDevice(PORT, "*"));
        assertEquals(VirtualDevice.at(PORT), new VirtualDevice(PORT, ""));
        assertNotEquals(VirtualDevice.at(PORT), new VirtualDevice(PORT, "dead"));
    }

    @Test
    @DisplayName("the more specific is the greater")
    void moreSpecificIsGreater() {
        List<VirtualDevice> ascending =
                List.of(
                        VirtualDevice.at(Port.any("usb")),
                        new VirtualDevice(Port.any("usb"), "beef"),
                        at("*", "*"),
                        at("*", "dead"),
                        at("1-1", "*"),
                        at("1-1", "beef"),
                        at("1-1", "dead"),
                        at("1-2", "*"));
        assertEquals(
                ascending, Stream.of(7, 3, 0, 5, 1, 6, 4, 2).map(ascending::get).sorted().toList());
    }

    @ParameterizedTest(name = "{0}:{1}:{2} is {3}")
    @CsvSource({
        "sys-usb, 1-1,     0000:0000::?******,  sys-usb+1-1+0000+0000++_______",
        "vm,      1234,    *,                   vm+1234+_",
        "vm,      *,       dead,                vm+_+dead",
        "*,       *,       dead,                _+_+dead",
        "dom0,    00_14.0, 0x8086:0x8cb1::p0c0330, dom0+00_14.0+0x8086+0x8cb1++p0c0330"
    })
    @DisplayName("as an argument, and back")
    void asArgumentAndBack(String backend, String port, String identity, String argument) {
        VirtualDevice device =
                new VirtualDevice(
                        new Port(
                                Optional.of(backend)
                                        .filter(name -> !name.equals("*"))
                                        .map(DomainName::new),
                                port,
                                "usb"),
                        identity);
        assertEquals(argument, device.argument());
        assertEquals(device, VirtualDevice.parseArgument(argument, "usb", name -> true));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "vm+1234,                 vm:1234:*",
        "vm+1234+,                vm:1234:*",
        "vm+1234+dead+beef+cafe,  vm:1234:dead:beef:cafe",
        "vm+1234+0000+0000++t000000, vm:1234:0000:0000::t000000",
        "vm+1234:dead,            vm:1234:dead",
        "vm+,                     vm:*:*",
        "vm+00_14.0+_,            vm:00_14.0:*",
        "vm+1+0951+1666++b______, vm:1:0951:1666::b______",
        "vm+1+0000+0000++_______u03**01, vm:1:0000:0000::?******u03**01"
    })
    @DisplayName("an argument is read as")
    void argumentIsReadAs(String argument, String device) {
        assertEquals(device, VirtualDevice.parseArgument(argument, "usb", VM::equals).toString());
    }

    @Test
    @DisplayName("an argument without + and one of a backend that is not there are bugs of callers")
    void badArguments() {
        assertThrows(
                IllegalArgumentException.class,
                () -> VirtualDevice.parseArgument("vm", "usb", VM::equals));
        assertThrows(
                NoSuchElementException.class,
                () -> VirtualDevice.parseArgument("wm+1234+_", "usb", VM::equals));
        assertThrows(
                NoSuchElementException.class,
                () -> VirtualDevice.parseArgument("+1234+_", "usb", name -> true));
    }

    @ParameterizedTest(name = "{0} means {1} of vm:1:dead, vm:2:dead, vm:3:0000:0000::?******")
    @CsvSource({
        "vm:1:dead,  vm:1:dead",
        "vm:1:*,     vm:1:dead",
        "vm:1:beef,  ''",
        "vm:*:dead,  vm:1:dead vm:2:dead",
        "vm:*:*,     vm:1:dead vm:2:dead vm:3:0000:0000::?******",
        "vm:3:0000:0000::?******, vm:3:0000:0000::?******",
        "vm:*:0000:0000::?******, ''",
        "vm:9:dead,  unknown vm:9:dead"
    })
    @DisplayName("an assignment means devices by port, and by identity where any port will do")
    void candidates(String assigned, String meant) {
        List<DeviceInfo> exposed =
                Stream.of(at("1", "dead"), at("2", "dead"), at("3", ""))
                        .map(DeviceInfo::of)
                        .toList();
        String[] parts = assigned.split(":", 3);
        List<String> found =
                DeviceAssignment.of(at(parts[1], parts[2]), AssignmentMode.AUTO)
                        .candidates(exposed)
                        .stream()
                        .map(info -> (info.known() ? "" : "unknown ") + info)
                        .toList();
        assertEquals(meant, String.join(" ", found));
    }

    @Test
    @DisplayName("an assignment matches devices of its own class and backend only")
    void matchesOwnClassAndBackend() {
        DeviceAssignment all = DeviceAssignment.of(at("*", "*"), AssignmentMode.AUTO);
        assertEquals(true, all.matches(at("1", "dead")));
        assertEquals(
                false, all.matches(VirtualDevice.at(Port.of(new DomainName("wm"), "1", "usb"))));
        assertEquals(false, all.matches(VirtualDevice.at(Port.of(VM, "1", "pci"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"manual", "ask-to-attach", "auto-attach", "required"})
    @DisplayName("modes have names; all but manual are automatic")
    void modes(String name) {
        AssignmentMode mode = AssignmentMode.find(name).orElseThrow();
        assertEquals(name, mode.wireName());
        assertEquals(!name.equals("manual"), mode.automatic());
        assertEquals(Optional.empty(), AssignmentMode.find(name + "x"));
    }

    private static VirtualDevice at(String port, String identity) {
        return new VirtualDevice(Port.of(VM, port, "usb"), identity);
    }
}
