package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesValueError;

@DisplayName("An interface of a device")
class DeviceInterfaceTest {
    @ParameterizedTest(name = "{0} of class {1} is {2}")
    @CsvSource({
        "0c0330, pci,   p0c0330",
        "03,     usb,   u03****",
        "'',     block, b******",
        "'',     mic,   m******",
        "03**01, usb,   u03**01",
        "123456, other, ?123456",
        "u03**01,,      u03**01",
        "030001,,       ?030001",
        "03,,           ?03****",
        "'',,           ?******",
        "' ******',,    ' ******'"
    })
    @DisplayName("is written in seven characters")
    void isWrittenInSevenCharacters(String text, String deviceClass, String code) {
        assertEquals(
                code,
                (deviceClass == null
                                ? DeviceInterface.of(text)
                                : DeviceInterface.of(text, deviceClass))
                        .code());
    }

    @Test
    @DisplayName("of a class is hexadecimal")
    void ofAClassIsHexadecimal() {
        assertEquals(
                "Invalid characters in interface encoding",
                assertThrows(ProtocolError.class, () -> DeviceInterface.of("0g", "usb"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> DeviceInterface.of("u03**012"));
    }

    @Test
    @DisplayName("stands among others without anything between them")
    void standsAmongOthers() {
        List<DeviceInterface> two = DeviceInterface.listOf("u03**01b******");
        assertEquals(List.of(new DeviceInterface("u03**01"), new DeviceInterface("b******")), two);
        assertEquals("u03**01b******", DeviceInterface.text(two));
        assertEquals(List.of(), DeviceInterface.listOf(""));
        assertEquals(
                "Invalid length of interfaces='u03**0' (is 6, expected multiple of 7)",
                assertThrows(QubesValueError.class, () -> DeviceInterface.listOf("u03**0"))
                        .getMessage());
    }

    @ParameterizedTest(name = "{0} matches {1}: {2}")
    @CsvSource({
        "u03**01, u030001, true",
        "u03**01, u030002, false",
        "*******, ?******, true",
        "u03****, u03**01, true",
        "u03**01, u03****, false",
        "p******, u030001, false"
    })
    @DisplayName("matches what its characters and wildcards say")
    void matches(String pattern, String candidate, boolean expected) {
        assertEquals(
                expected, new DeviceInterface(pattern).matches(new DeviceInterface(candidate)));
    }

    @Test
    @DisplayName("is denied by the first pattern of many that matches")
    void isDenied() {
        List<DeviceInterface> denied = DeviceInterface.listOf("m******u03****");
        assertEquals(
                Optional.of(new DeviceInterface("u030102")),
                DeviceInterface.firstMatching(
                        denied, DeviceInterface.listOf("b******u030102u030101")));
        assertEquals(
                Optional.empty(),
                DeviceInterface.firstMatching(denied, List.of(DeviceInterface.UNKNOWN)));
        assertEquals(
                Optional.empty(),
                DeviceInterface.firstMatching(List.of(), DeviceInterface.listOf("u030102")));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "u020600, Network",
        "p070300, Network",
        "p020000, Network",
        "ue00103, Network",
        "u030101, Keyboard",
        "p090000, Keyboard",
        "u030102, Mouse",
        "p090200, Mouse",
        "u030000, Input",
        "p090400, Input",
        "u070102, Printer",
        "p090300, Camera",
        "u060101, Camera",
        "u0e0100, Camera",
        "m******, Microphone",
        "m000000, Microphone",
        "p040300, Audio",
        "p040100, Audio",
        "p040800, Audio",
        "u010100, Audio",
        "u100000, Multimedia",
        "p030200, Multimedia",
        "p040000, Multimedia",
        "u080650, USB_Storage",
        "b******, Block_Storage",
        "p010802, Storage",
        "ue00101, Bluetooth",
        "p0d1100, Bluetooth",
        "u0b0000, Smart_Card_Readers",
        "p030000, Display",
        "p038000, Display",
        "p050000, Memory",
        "p060400, PCI_Bridge",
        "p0a0000, Docking_Station",
        "p0b4000, Processor",
        "p400000, Processor",
        "p0c0500, PCI_Serial_Bus",
        "p0c0330, PCI_USB",
        "u03****, Input",
        "u0a0000, Other",
        "?******, Other",
        "?030101, Other"
    })
    @DisplayName("is of the category of the closest pattern")
    void isOfTheCategory(String code, String category) {
        assertEquals(category, new DeviceInterface(code).category().toString());
    }

    @Test
    @DisplayName("has words if the host has them, from the closest that says something")
    void hasWords(@TempDir Path hwdata) throws IOException {
        Files.writeString(
                hwdata.resolve("pci.ids"),
                """
                # a comment
                8086  Intel Corporation
                \t8cb1  9 Series Chipset Family USB xHCI Controller
                C 03  Display controller
                \t00  VGA compatible controller
                \t\t00  VGA controller
                C 0c  Serial bus controller
                \t03  USB controller
                \t\t30  XHCI
                \t\t80  Unspecified
                \t80  Serial bus controller
                """);
        Files.writeString(
                hwdata.resolve("usb.ids"),
                """
                C 03  Human Interface Device
                \t00  No Subclass
                \t\t00  None
                \t\t01  Keyboard
                \t01  Boot Interface Subclass
                \t\t00  None
                C ff  Vendor Specific Class
                \tff  Vendor Specific Subclass
                \t\tff  Vendor Specific Protocol

                AT 0100  USB Undefined
                \t01  not a subclass
                """);
        InterfaceNames names = InterfaceNames.read(hwdata);
        assertEquals("XHCI", text("p0c0330", names));
        assertEquals("USB controller", text("p0c0399", names));
        assertEquals("Serial bus controller", text("p0c9999", names));
        assertEquals("VGA controller", text("p030000", names));
        assertEquals("PCI device", text("p990000", names));
        assertEquals("Keyboard", text("u030001", names));
        assertEquals("Human Interface Device", text("u030000", names));
        assertEquals("Boot Interface Subclass", text("u030100", names));
        assertEquals("Human Interface Device", text("u03****", names));
        assertEquals("USB device", text("uffffff", names));
        assertEquals("Block Device", text("b******", names));
        assertEquals("Microphone", text("m******", names));
        assertEquals("?******", text("?******", names));
        InterfaceNames none = InterfaceNames.read(hwdata.resolve("none"));
        assertEquals("USB device", text("u030001", none));
        assertEquals("PCI device", text("p0c0330", InterfaceNames.NONE));
    }

    @ParameterizedTest(name = "{0} is of class {1}")
    @CsvSource({"u000000, usb", "p000000, pci", "b******, block", "m******, mic", "?******,"})
    @DisplayName("tells the class of device")
    void tellsTheClass(String code, String deviceClass) {
        assertEquals(Optional.ofNullable(deviceClass), new DeviceInterface(code).deviceClass());
    }

    private static String text(String code, InterfaceNames names) {
        return new DeviceInterface(code).text(names);
    }
}
