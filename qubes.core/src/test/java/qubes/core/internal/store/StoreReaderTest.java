package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static qubes.core.internal.store.Stores.domain;
import static qubes.core.internal.store.Stores.property;
import static qubes.core.internal.store.Stores.withDomains;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

class StoreReaderTest {
    private static final String UUID_3 = property("uuid", "5b1d0b0e-2f0b-4e7e-9d0e-000000000003");

    /** What is wrong with a store, and what the reader says about it. */
    static Stream<Arguments> badStores() {
        String anyDomain = domain(3, "work", "");
        return Stream.of(
                // not XML
                arguments("", "Unexpected EOF in prolog"),
                arguments("   \n", "Unexpected EOF in prolog"),
                arguments("qubes", "Unexpected character 'q'"),
                arguments("\0\0\0\0", "Illegal character (NULL, unicode 0)"),
                arguments(
                        "<qubes><domains></qubes>",
                        "Unexpected close tag </qubes>; expected </domains>"),
                arguments("<qubes>" + anyDomain, "Unexpected EOF"),
                arguments("<qubes/><qubes/>", "Illegal to have multiple roots"),
                arguments("<qubes a='1' a='2'/>", "Duplicate attribute 'a'"),
                arguments(
                        "<qubes>&#1;</qubes>",
                        "Illegal character entity: expansion character (code 0x1"),
                arguments(
                        "<qubes>&#xFFFE;</qubes>",
                        "Illegal character entity: expansion character (code 0xfffe"),
                arguments("<qubes>\u0001</qubes>", "Illegal character ((CTRL-CHAR, code 1))"),
                arguments("<qubes>\uFFFF</qubes>", "Invalid UTF-8"),
                arguments("<?xml version='1.1'?><qubes/>", "a store is XML 1.0, this is 1.1"),
                // hostile XML
                arguments(
                        "<!DOCTYPE qubes><qubes/>",
                        "a document type declaration is not allowed in a store"),
                arguments(
                        "<!DOCTYPE q [<!ENTITY e 'x'>]><qubes>&e;</qubes>",
                        "a document type declaration is not allowed in a store"),
                arguments("<qubes>&e;</qubes>", "Undeclared general entity \"e\""),
                arguments("<qubes a='&e;'/>", "Undeclared general entity \"e\""),
                arguments(
                        "<qubes a='" + "x".repeat(10_000_000) + "'/>",
                        "Maximum attribute size limit"),
                arguments("<qubes " + attributes(300) + "/>", "Attribute limit (256) exceeded"),
                arguments(
                        "<qubes>" + "<a>".repeat(10_000),
                        "Maximum Element Depth limit (32) Exceeded"),
                arguments(
                        withDomains("<a>".repeat(10_000)),
                        "Maximum Element Depth limit (32) Exceeded"),
                arguments(
                        withDomains(
                                domain(
                                        3,
                                        "work",
                                        "<features>"
                                                + feature("x".repeat(10_000_000))
                                                + "</features>")),
                        "Text size limit"),
                arguments("<qubes>" + "x".repeat(10_000_000) + "</qubes>", "Text size limit"),
                arguments(
                        "<qubes><!--" + "x".repeat(10_000_000) + "--></qubes>", "Text size limit"),
                arguments(
                        "<qubes><b>" + "<c/>".repeat(500_000) + "</b></qubes>",
                        "longer than 1048576 characters"),
                arguments(
                        "<qubes>" + "<!---->".repeat(200_000) + "</qubes>",
                        "more than 100000 pieces that nobody here understands"),
                arguments(
                        "<qubes>" + "<a></a>\n".repeat(10_000_000),
                        "more than 100000 pieces that nobody here understands"),
                arguments("<qubes>" + " ".repeat(70_000_000), "size limit"),
                // no store
                arguments("<cubes/>", "the root element of a store is qubes, this is 'cubes'"),
                arguments(
                        "<qubes><labels><label>red</label></labels></qubes>",
                        "element label has no attribute id"),
                arguments(
                        "<qubes><labels><label id='label-4294967295'>red</label></labels></qubes>",
                        "label-<number>, not 'label-4294967295'"),
                arguments(
                        "<qubes><labels><label id='label-9'>r\ned</label></labels></qubes>",
                        "the name of a label holds a control character: 'r\\ned'"),
                arguments(
                        "<qubes><pools><pool name='a&#10;b' driver='file'/></pools></qubes>",
                        "the name of a pool holds a control character: 'a\\nb'"),
                arguments(
                        withDomains(anyDomain.replace("AppVM", "AppVM state=Running")),
                        "the class of a domain is one word, not 'AppVM state=Running'"),
                arguments(
                        withDomains(domain(3, "a\nb class=AppVM", "")),
                        "the name of a domain is one word without slashes, not 'a\\nb class=AppVM'"),
                arguments(
                        withDomains(domain(3, "../x", "")),
                        "the name of a domain is one word without slashes, not '../x'"),
                arguments(
                        withDomains(domain(3, "..", "")),
                        "the name of a domain is one word without slashes, not '..'"),
                arguments(
                        "<qubes><labels><label id='1'>red</label></labels></qubes>",
                        "label-<number>, not '1'"),
                arguments(
                        "<qubes><labels><label id='label-1'/></labels></qubes>",
                        "label 1 has no name"),
                arguments(
                        "<qubes><labels><label id='label-1'>a</label><label id='label-1'>b</label></labels></qubes>",
                        "label 1, 'b', is there twice"),
                arguments(
                        "<qubes><pools><pool driver='file'/></pools></qubes>",
                        "element pool has no attribute name"),
                arguments(
                        "<qubes><pools><pool name='a'/></pools></qubes>",
                        "element pool has no attribute driver"),
                arguments(
                        "<qubes><pools><pool name='a' driver='b'/><pool name='a' driver='c'/></pools></qubes>",
                        "pool 'a' is there twice"),
                arguments(
                        "<qubes><properties><property>x</property></properties></qubes>",
                        "has no attribute name"),
                arguments(withDomains("<domain/>"), "element domain has no attribute class"),
                arguments(with("qid", "3", UUID_3), "a domain of class 'AppVM' has no name"),
                arguments(
                        with("name", "", property("qid", "3") + UUID_3),
                        "a domain of class 'AppVM' has no name"),
                arguments(with("name", "work", UUID_3), "domain 'work' has no qid"),
                arguments(with("name", "work", property("qid", "3")), "domain 'work' has no uuid"),
                arguments(
                        with("name", "work", property("qid", "3") + property("uuid", "x")),
                        "is not a uuid: 'x'"),
                arguments(
                        with("name", "work", property("qid", "three") + UUID_3),
                        "number from 1 to 10000, not 'three'"),
                arguments(
                        with("name", "work", property("qid", "10001") + UUID_3),
                        "1 to 10000, not '10001'"),
                arguments(
                        with("name", "work", property("qid", "0") + UUID_3),
                        "number from 1 to 10000, not '0'"),
                arguments(
                        with("name", "dom0", property("qid", "3") + UUID_3),
                        "the name dom0 is the AdminVM's"),
                arguments(
                        with("name", "a", property("qid", "3") + property("qid", "4") + UUID_3),
                        "property qid is there twice in one domain"),
                arguments(
                        with(
                                "name",
                                "a",
                                property("qid", "3")
                                        + property("uuid", DomainRecord.NIL_UUID.toString())),
                        "the uuid of domain 'a' is the AdminVM's"),
                arguments(
                        withDomains("<domain class='AdminVM'/>"),
                        "domains 'dom0' and 'dom0' have the same qid, 0"),
                arguments(
                        "<qubes><domains><domain class='AdminVM'><properties>"
                                + property("name", "x")
                                + "</properties></domain></domains></qubes>",
                        "the name of the AdminVM is dom0, not 'x'"),
                arguments(
                        withDomains(anyDomain, domain(3, "home", "")),
                        "domains 'work' and 'home' have the same qid, 3"),
                arguments(
                        withDomains(anyDomain, domain(4, "work", "")),
                        "two domains are named 'work'"),
                arguments(
                        withDomains(anyDomain, domain(4, "home", "").replace("04<", "03<")),
                        "domains 'work' and 'home' have the same uuid, 5b1d0b0e-2f0b-4e7e-9d0e-000000000003"),
                arguments(
                        withDomains(domain(3, "work", "<features><feature>1</feature></features>")),
                        "element feature has no attribute name"),
                arguments(
                        withDomains(domain(3, "work", "<tags><tag/></tags>")),
                        "element tag has no attribute name"),
                arguments(
                        withDomains(domain(3, "work", "<volume-config><volume/></volume-config>")),
                        "element volume has no attribute name"),
                arguments(
                        withDomains(
                                domain(
                                        3,
                                        "work",
                                        "<volume-config><volume name='a'/><volume name='a'/></volume-config>")),
                        "volume 'a' is there twice"),
                arguments(
                        withDomains(
                                domain(
                                        3,
                                        "work",
                                        "<devices class='pci'><device><option>x</option></device></devices>")),
                        "element option has no attribute name"));
    }

    private static String with(String property, String value, String more) {
        return withDomains(
                "<domain class='AppVM'><properties>"
                        + property(property, value)
                        + more
                        + "</properties></domain>");
    }

    private static String feature(String value) {
        return "<feature name='f'>" + value + "</feature>";
    }

    private static String attributes(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(" a").append(i).append("='1'");
        }
        return all.toString();
    }

    @ParameterizedTest
    @MethodSource("badStores")
    @DisplayName("a bad store is refused in one line that says what and where")
    void refusesABadStore(String text, String problem) {
        StoreFormatException refusal =
                assertThrows(StoreFormatException.class, () -> Stores.read(text));
        String message = refusal.getMessage();
        assertTrue(message.contains(problem), message);
        assertTrue(message.startsWith("qubes.xml, line " + refusal.line() + ", column "), message);
        assertFalse(message.contains("\n"), message);
        assertTrue(message.length() < 300, message);
    }

    @Test
    @DisplayName("line and column are those of the problem")
    void saysWhere() {
        StoreFormatException refusal =
                assertThrows(
                        StoreFormatException.class,
                        () -> Stores.read("<qubes>\n  <pools>\n    <pool/>\n  </pools>\n</qubes>"));
        assertEquals(3, refusal.line());
        assertEquals(5, refusal.column());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000, 3000, 8000, 17000})
    @DisplayName("a truncated store is refused")
    void refusesATruncatedStore(int length) throws IOException {
        String text = Stores.resource("qubes-10.xml").substring(0, length);
        assertThrows(StoreFormatException.class, () -> Stores.read(text));
    }

    @Test
    @DisplayName("bytes that are no UTF-8 are refused")
    void refusesBytesThatAreNoUtf8() {
        byte[] bytes = "<qubes a='\u00e4'/>".getBytes(StandardCharsets.ISO_8859_1);
        StoreFormatException refusal =
                assertThrows(
                        StoreFormatException.class,
                        () -> new StoreReader().read(new ByteArrayInputStream(bytes), "qubes.xml"));
        assertTrue(refusal.getMessage().contains("UTF-8"), refusal.getMessage());
    }

    @Test
    @DisplayName("a stream that fails is no bad store")
    void tellsFailureFromBadText() {
        InputStream failing =
                new InputStream() {
                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        return read();
                    }

                    @Override
                    public int read() throws IOException {
                        throw new IOException("Input/output error: /dev/sda");
                    }
                };
        QubesException failure =
                assertThrows(
                        QubesException.class, () -> new StoreReader().read(failing, "qubes.xml"));
        assertEquals(QubesException.class, failure.getClass());
        assertEquals(
                "qubes.xml cannot be read: input/output error; the log says more",
                failure.getMessage());
    }

    @Test
    @DisplayName("every part of a domain is there as text")
    void readsEveryPartOfADomain() throws IOException {
        SystemState state = Stores.read(Stores.resource("spec-example.xml"));
        DomainRecord gate = state.domain(new DomainName("gate"));
        assertEquals(5, gate.qid());
        assertEquals("5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11", gate.uuid().toString());
        assertEquals("AppVM", gate.klass());
        assertEquals(Optional.of(StoredValue.ofText("hvm")), gate.property("virt_mode"));
        assertEquals(Optional.of(StoredValue.ofText("")), gate.property("netvm"));
        assertEquals(
                Map.of("servicevm", "1", "service.clocksync", "1", "check-updates", ""),
                gate.features());
        assertEquals(List.of("created-by-dom0", "guivm-dom0"), List.copyOf(gate.tags()));
        AssignmentRecord disk = gate.assignments().get(1);
        assertEquals("block", disk.deviceClass());
        assertEquals("*", disk.backendDomain());
        assertEquals("sdb1", disk.portId());
        assertEquals("0951:1666::b******", disk.identity());
        assertEquals(Map.of("no-strict-reset", "True"), gate.assignments().get(0).options());
        assertEquals(
                List.of("root", "private", "volatile", "kernel"),
                List.copyOf(gate.volumes().keySet()));
        assertEquals(Optional.of("vg1/vm-base-12-root"), gate.volumes().get("root").text("source"));
        assertEquals(
                List.of(
                        "name",
                        "pool",
                        "vid",
                        "revisions_to_keep",
                        "rw",
                        "save_on_stop",
                        "snap_on_start",
                        "size",
                        "source"),
                List.copyOf(gate.volumes().get("root").attributes().keySet()));
        assertEquals("teal", state.label("teal").orElseThrow().name());
        assertEquals(9, state.label("teal").orElseThrow().index());
        assertEquals("lvm_thin", state.pool("fast").orElseThrow().driver());
        assertEquals(StoredValue.ofText(""), state.globals().get("updatevm"));
        assertTrue(gate.unknown().isEmpty() && state.unknown().isEmpty());
    }

    @Test
    @DisplayName("dom0 has its constants, and is made where it is missing")
    void dom0HasItsConstants() {
        DomainRecord dom0 = Stores.read("<qubes/>").domain(0);
        assertEquals(DomainName.DOM0, dom0.name());
        assertEquals(DomainRecord.NIL_UUID, dom0.uuid());
        assertEquals(DomainRecord.ADMIN_KLASS, dom0.klass());
        assertEquals(Map.of(), dom0.properties());
    }

    @Test
    @DisplayName("constants of dom0 that a store spells out are understood and not written")
    void constantsOfDom0AreNotWritten() {
        SystemState state =
                Stores.read(
                        "<qubes><domains><domain class='AdminVM'><properties>"
                                + property("qid", "0")
                                + property("label", "black")
                                + "</properties></domain></domains></qubes>");
        assertEquals(Map.of("label", StoredValue.ofText("black")), state.domain(0).properties());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11",
                "5B1D0B0E-2F0B-4E7E-9D0E-4A8B7D2F9C11",
                "5b1d0b0e2f0b4e7e9d0e4a8b7d2f9c11",
                " 5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11\n",
                "{5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11}",
                "urn:uuid:5B1D0B0E-2F0B-4E7E-9D0E-4A8B7D2F9C11"
            })
    @DisplayName(
            "a uuid is understood in every form of the original, and becomes the canonical one")
    void understandsUuids(String text) {
        SystemState state =
                Stores.read(with("name", "work", property("qid", "3") + property("uuid", text)));
        assertEquals("5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11", state.domain(3).uuid().toString());
        assertEquals(
                Optional.of(StoredValue.ofText("5b1d0b0e-2f0b-4e7e-9d0e-4a8b7d2f9c11")),
                state.domain(3).property("uuid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", " 3 ", "+3", "003"})
    @DisplayName("a qid is understood with blanks, sign and zeros, and becomes plain digits")
    void understandsQids(String text) {
        SystemState state = Stores.read(with("name", "work", property("qid", text) + UUID_3));
        assertEquals(Optional.of(StoredValue.ofText("3")), state.domain(3).property("qid"));
    }

    @Test
    @DisplayName("of two properties of one name the last counts; a reference counts more than text")
    void lastPropertyCounts() {
        String text =
                with(
                        "name",
                        "work",
                        property("qid", "3")
                                + UUID_3
                                + property("memory", "1")
                                + property("memory", "2")
                                + "<property name='label' ref='label-3'>red</property>");
        DomainRecord work = Stores.read(text).domain(3);
        assertEquals(Optional.of(StoredValue.ofText("2")), work.property("memory"));
        assertEquals(Optional.of(StoredValue.ofReference("label-3")), work.property("label"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"old-dm", "7up", "default", "a-name-of-more-than-thirty-one-letters"})
    @DisplayName("a name that could not be given today is read, if it harms no line and no path")
    void readsNamesOfBefore(String name) throws IOException {
        assertNotNull(Stores.read(withDomains(domain(3, name, ""))).domain(new DomainName(name)));
    }

    @Test
    @DisplayName("unknown klasses, drivers, properties and features are records like others")
    void unknownNamesAreRecords() {
        String text =
                "<qubes><pools><pool name='p' driver='zfs' dataset='tank'/></pools><domains>"
                        + domain(3, "work", "<features><feature name='x-y'>z</feature></features>")
                                .replace("AppVM", "MicroVM")
                        + "</domains></qubes>";
        SystemState state = Stores.read(text);
        assertEquals("MicroVM", state.domain(3).klass());
        assertEquals("zfs", state.pool("p").orElseThrow().driver());
        assertEquals(Map.of("x-y", "z"), state.domain(3).features());
    }

    @Test
    @DisplayName("text is read as it stands: blanks, line feeds, any script, CDATA, references")
    void readsTextAsItStands() {
        String text =
                withDomains(
                        domain(
                                3,
                                "work",
                                "<features><feature name='a'> x\n</feature><feature name='b'>\uD83D\uDE00é</feature>"
                                        + "<feature name='c'>a<![CDATA[<&]]>b</feature><feature name='d'>&#13;&lt;</feature>"
                                        + "<feature name='e'>  </feature><feature name='a&#10;b'/></features>"));
        assertEquals(
                Map.of(
                        "a",
                        " x\n",
                        "b",
                        "\uD83D\uDE00é",
                        "c",
                        "a<&b",
                        "d",
                        "\r<",
                        "e",
                        "  ",
                        "a\nb",
                        ""),
                Stores.read(text).domain(3).features());
    }

    @Test
    @DisplayName("UTF-16 is read")
    void readsUtf16() {
        byte[] bytes =
                "<?xml version='1.0' encoding='UTF-16'?><qubes/>".getBytes(StandardCharsets.UTF_16);
        assertEquals(
                1, new StoreReader().read(new ByteArrayInputStream(bytes), "qubes.xml").size());
        assertEquals(
                1,
                new StoreReader()
                        .read(new ByteArrayInputStream("<qubes/>".getBytes(UTF_8)), "x")
                        .size());
    }
}
