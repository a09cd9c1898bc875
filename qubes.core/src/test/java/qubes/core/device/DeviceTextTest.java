package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.ProtocolError;
import qubes.core.value.DomainName;

@DisplayName("The text of devices and assignments")
class DeviceTextTest {
    private static final DomainName VM = new DomainName("vm");
    private static final VirtualDevice DEVICE = VirtualDevice.at(Port.of(VM, "1-1.1.1", "bus"));
    private static final Predicate<DomainName> KNOWN = VM::equals;

    private static final DeviceLabels GARBAGE =
            new DeviceLabels("ITL", "Qubes", "", "Some untrusted garbage", "");
    private static final DeviceInfo ITL =
            DeviceInfo.of(DEVICE)
                    .labelled(GARBAGE)
                    .with(interfaces(" ******", "u03**01"))
                    .with(inOrder("additional_info", "", "date", "06.12.23"));

    record Written(String words, String text, List<String> items) {
        Written(String words, String text, String... items) {
            this(words, text, List.of(items));
        }

        @Override
        public String toString() {
            return words;
        }
    }

    static List<Written> written() {
        DeviceAssignment plain = DeviceAssignment.of(DEVICE, AssignmentMode.MANUAL);
        String[] port = {"device_id='*'", "port_id='1-1.1.1'", "devclass='bus'"};
        String[] described = {
            "device_id='0000:0000::?******'",
            "port_id='1-1.1.1'",
            "product='Qubes'",
            "vendor='ITL'",
            "name='Some untrusted garbage'",
            "devclass='bus'",
            "backend_domain='vm'",
            "interfaces=' ******u03**01'",
            "_additional_info=''",
            "_date='06.12.23'"
        };
        return List.of(
                new Written(
                        "DeviceInfo of vendor ITL, product Qubes, manufacturer empty",
                        ITL.serialized(),
                        described),
                new Written(
                        "DeviceInfo with parent port 1-1.1 of class pci",
                        ITL.partOf(Port.of(VM, "1-1.1", "pci")).serialized(),
                        and(described, "parent_port_id='1-1.1'", "parent_devclass='pci'")),
                new Written(
                        "DeviceInfo of an attached device",
                        ITL.attachedTo(VM).serialized(),
                        and(described, "attachment='vm'")),
                new Written(
                        "DeviceAssignment without mode",
                        plain.serialized(),
                        and(port, "backend_domain='vm'", "mode='manual'")),
                new Written(
                        "DeviceAssignment with mode required",
                        plain.in(AssignmentMode.REQUIRED).serialized(),
                        and(port, "backend_domain='vm'", "mode='required'")),
                new Written(
                        "DeviceAssignment with option read-only=yes",
                        plain.with(Map.of("read-only", "yes")).serialized(),
                        and(port, "backend_domain='vm'", "mode='manual'", "_read-only='yes'")),
                new Written(
                        "DeviceAssignment with frontend",
                        plain.to(VM).serialized(),
                        and(port, "backend_domain='vm'", "mode='manual'", "frontend_domain='vm'")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("written")
    @DisplayName("has these items")
    void hasTheseItems(Written row) {
        assertEquals(Set.copyOf(row.items), itemsOf(row.text));
    }

    @Test
    @DisplayName("has the keys in order, and an empty item for what is not set")
    void hasKeysInOrder() {
        assertEquals(
                "device_id='*' port_id='1-1.1.1' devclass='bus' backend_domain='vm'",
                DEVICE.serialized());
        assertEquals(
                "device_id='0000:0000::?******' port_id='1-1.1.1' devclass='bus'"
                        + " backend_domain='vm'  interfaces='?******'",
                DeviceInfo.of(DEVICE).serialized());
        assertEquals(
                "device_id='dead' port_id='*' devclass='block'  mode='auto-attach' _a='1' _b='2'",
                DeviceAssignment.of(
                                new VirtualDevice(Port.any("block"), "dead"), AssignmentMode.AUTO)
                        .with(inOrder("a", "1", "b", "2"))
                        .serialized());
    }

    @Test
    @DisplayName("makes the lines of lists")
    void makesTheLinesOfLists() {
        VirtualDevice device = VirtualDevice.at(Port.of(VM, "1234", "testclass"));
        assertEquals(
                "1234:0000:0000::?****** device_id='0000:0000::?******' port_id='1234'"
                        + " devclass='testclass' backend_domain='vm' product='Some device'"
                        + " interfaces='?******'",
                DeviceInfo.of(device)
                        .labelled(new DeviceLabels("", "Some device", "", "", ""))
                        .line());
        assertEquals(
                "vm+1234:* device_id='*' port_id='1234' devclass='testclass'"
                        + " backend_domain='vm' mode='required' _opt1='value'",
                DeviceAssignment.of(device, AssignmentMode.REQUIRED)
                        .with(Map.of("opt1", "value"))
                        .line());
    }

    @Test
    @DisplayName("brings quotes, blanks and backslashes back as they were")
    void bringsGarbageBack() {
        DeviceInfo device =
                DeviceInfo.of(DEVICE)
                        .labelled(
                                new DeviceLabels(
                                        "ITL",
                                        "Qubes",
                                        "",
                                        "Some='untrusted' garbage=\"5%\\n\" ?",
                                        ""))
                        .with(interfaces(" 112233", "&012345"))
                        .with(Map.of("additional_info", "and='more'"));
        assertEquals(device, DeviceInfo.parse(device.serialized(), DEVICE));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            quoteCharacter = '"',
            delimiter = '|',
            value = {
                "a quote in a key            | mode='required' _read'only='yes'",
                "a property that is none     | mode='required' read-only='yes'",
                "a blank in a key            | mode='required' _read only='yes'",
                "a mode that is none         | mode='sometimes'",
                "an empty mode               | mode=''",
                "another port                | port_id='1-1.1.2' mode='required'",
                "another class               | devclass='usb' mode='required'",
                "another backend             | backend_domain='other' mode='required'",
                "a frontend that is not there| frontend_domain='other' mode='required'",
                "an empty frontend           | frontend_domain='' mode='required'",
                "a device                    | device='vm:1-1.1.1' mode='required'",
                "options                     | options='' mode='required'",
                "no blank between properties | _a='b'_c='d'",
                "three without a blank       | _a='b='_c='d' _e='f'",
                "no quotes                   | required",
                "a letter that is not ASCII  | _name='ä'",
                "a tab                       | _name='a\tb'"
            })
    @DisplayName("of an assignment is refused with")
    void isRefusedWith(String words, String text) {
        assertThrows(ProtocolError.class, () -> DeviceAssignment.parse(text, DEVICE, KNOWN), words);
    }

    @Test
    @DisplayName("says which characters it does not take")
    void saysWhichCharactersItDoesNotTake() {
        assertEquals(
                "Invalid chars in property name: {\"'\"}",
                refusal("mode='required' _read'only='yes'"));
        assertEquals("Invalid chars in property value: {'\\t'}", refusal("_name='a\tb'"));
        assertEquals(
                "Invalid chars in property value: {'\\n'}",
                assertThrows(
                                ProtocolError.class,
                                () ->
                                        DeviceInfo.of(DEVICE)
                                                .labelled(new DeviceLabels("", "", "", "a\nb", ""))
                                                .serialized())
                        .getMessage());
        assertEquals("'other'", refusal("frontend_domain='other'"));
    }

    @Test
    @DisplayName("names no frontend if the backend may be any")
    void namesNoFrontendForAnyBackend() {
        VirtualDevice any = new VirtualDevice(Port.any("bus"), "dead");
        assertEquals(
                "Cannot determine backend domain",
                assertThrows(
                                ProtocolError.class,
                                () -> DeviceAssignment.parse("frontend_domain='vm'", any, KNOWN))
                        .getMessage());
    }

    @Test
    @DisplayName("of an assignment may leave out all, and then is of a manual attachment")
    void mayLeaveOutAll() {
        assertEquals(
                DeviceAssignment.of(DEVICE, AssignmentMode.MANUAL),
                DeviceAssignment.parse("", DEVICE, KNOWN));
        assertEquals(
                DeviceAssignment.of(DEVICE, AssignmentMode.AUTO).to(VM),
                DeviceAssignment.parse(
                        "  mode='auto-attach'  frontend_domain='vm' ", DEVICE, KNOWN));
    }

    @Test
    @DisplayName("tells the identity where any is expected, and no other where one is")
    void tellsTheIdentity() {
        VirtualDevice dead = DEVICE.identifiedBy("dead");
        assertEquals(dead, DeviceAssignment.parse("device_id='dead'", DEVICE, KNOWN).device());
        assertEquals(dead, DeviceAssignment.parse("", dead, KNOWN).device());
        assertThrows(
                ProtocolError.class, () -> DeviceAssignment.parse("device_id='*'", dead, KNOWN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port_id='other'",
                "colour='red'",
                "interfaces='u03'",
                "vendor='ä'",
                "nonsense"
            })
    @DisplayName("of a device that is not understood gives an unknown device")
    void notUnderstoodGivesUnknownDevice(String text) {
        DeviceInfo device = DeviceInfo.parse(text, DEVICE);
        assertFalse(device.known());
        assertEquals(DeviceInfo.unknown(DEVICE), device);
        assertTrue(DeviceInfo.parse("", DEVICE).known());
    }

    @Test
    @DisplayName("in words names what is known")
    void inWordsNamesWhatIsKnown() {
        DeviceInfo bare = DeviceInfo.of(DEVICE);
        assertEquals("Other: unknown vendor unknown bus device", bare.description());
        assertEquals("Keyboard: ITL Qubes", ITL.description());
        assertEquals(
                "Other: maker serial",
                bare.labelled(new DeviceLabels("", "", "maker", "", "serial")).description());
        assertEquals(
                "Other: unknown vendor sub-device of vm:1-1.1",
                bare.partOf(Port.of(VM, "1-1.1", "usb")).description());
        assertEquals(Optional.empty(), bare.attachment());
    }

    private static String refusal(String text) {
        return assertThrows(ProtocolError.class, () -> DeviceAssignment.parse(text, DEVICE, KNOWN))
                .getMessage();
    }

    /** The items of a text none of whose values holds a quote. */
    private static Set<String> itemsOf(String text) {
        return Set.of(text.split("(?<=') +(?=[a-z_])"));
    }

    private static String[] and(String[] items, String... more) {
        String[] all = Arrays.copyOf(items, items.length + more.length);
        System.arraycopy(more, 0, all, items.length, more.length);
        return all;
    }

    private static List<DeviceInterface> interfaces(String... codes) {
        return List.of(codes).stream().map(DeviceInterface::new).toList();
    }

    private static Map<String, String> inOrder(String k1, String v1, String k2, String v2) {
        Map<String, String> map = new LinkedHashMap<>();
        map.put(k1, v1);
        map.put(k2, v2);
        return map;
    }
}
