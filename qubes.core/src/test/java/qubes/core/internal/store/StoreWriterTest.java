package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;
import qubes.core.value.DomainName;

class StoreWriterTest {
    private static final DomainRecord WORK =
            DomainRecord.create(3, new DomainName("work"), new UUID(1, 3), "AppVM");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n",
                "\t",
                "\r",
                "\r\n",
                " a ",
                "<&>'\"",
                "]]>",
                "<!-- -->",
                "&amp;",
                "\u007f\u0085\u2028",
                "é\uD83D\uDE00\uFFFD\uE000",
                "a\nb\tc"
            })
    @DisplayName("any text comes back as it was, as value and as attribute")
    void textComesBack(String text) {
        DomainRecord work =
                WORK.withFeature("f" + text, Optional.of(text))
                        .withProperty("p", Optional.of(StoredValue.ofText(text)))
                        .withTags(Set.of("t" + text))
                        .withVolumes(
                                Map.of(
                                        "v" + text,
                                        new VolumeRecord(Map.of("name", "v" + text, "x", text))));
        assertEquals(work, Stores.read(Stores.write(with(work))).domain(3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0",
                "\u0001",
                "\u001f",
                "\uFFFE",
                "\uFFFF",
                "\uD800",
                "\uDC00",
                "a\uD800b"
            })
    @DisplayName("a character XML cannot hold is refused, naming domain and feature")
    void refusesCharactersThatXmlCannotHold(String text) {
        SystemState state = with(WORK.withFeature("gui-x", Optional.of(text)));
        QubesException refusal = assertThrows(QubesException.class, () -> Stores.write(state));
        String code = String.format("U+%04X", (int) text.replace("a", "").charAt(0));
        assertEquals(
                "'work': feature 'gui-x' cannot be stored: it holds the character " + code,
                refusal.getMessage());
    }

    @Test
    @DisplayName("what the reader would refuse for its size is not written")
    void refusesWhatTheReaderWouldRefuse() {
        String longest = "x".repeat(StoreXml.MAX_TEXT);
        DomainRecord fits = WORK.withFeature("f", Optional.of(longest));
        assertEquals(fits, Stores.read(Stores.write(with(fits))).domain(3));
        SystemState tooLong = with(WORK.withFeature("f", Optional.of(longest + "x")));
        assertThrows(QubesException.class, () -> Stores.write(tooLong));

        String longestName = "x".repeat(StoreXml.MAX_ATTRIBUTE);
        DomainRecord fitsToo = WORK.withFeature(longestName, Optional.of(""));
        assertEquals(fitsToo, Stores.read(Stores.write(with(fitsToo))).domain(3));
        SystemState longName = with(WORK.withFeature(longestName + "x", Optional.of("")));
        assertThrows(QubesException.class, () -> Stores.write(longName));

        Map<String, String> attributes = new HashMap<>(Map.of("name", "p", "driver", "d"));
        for (int i = attributes.size(); i < StoreXml.MAX_ATTRIBUTES; i++) {
            attributes.put("a" + i, "");
        }
        SystemState most = SystemState.EMPTY.withPools(List.of(new PoolRecord(attributes)));
        assertEquals(attributes, Stores.read(Stores.write(most)).pools().get(0).attributes());
        attributes.put("more", "");
        SystemState tooMany = SystemState.EMPTY.withPools(List.of(new PoolRecord(attributes)));
        assertThrows(QubesException.class, () -> Stores.write(tooMany));
    }

    @Test
    @DisplayName("a domain or a system that no save could hold is refused before it is in effect")
    void refusesAheadOfASave() {
        StoreWriter.requireStorable(WORK);
        DomainRecord bad = WORK.withTags(Set.of("\0"));
        assertThrows(QubesException.class, () -> StoreWriter.requireStorable(bad));
        SystemState state = with(WORK);
        StoreWriter.requireStorableHead(state);
        StoreWriter.requireStorableHead(with(bad));
        SystemState worse = state.withGlobal("a", Optional.of(StoredValue.ofText("\uFFFF")));
        QubesException refusal =
                assertThrows(QubesException.class, () -> StoreWriter.requireStorableHead(worse));
        assertEquals(
                "the system: property 'a' cannot be stored: it holds the character U+FFFF",
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a b", "a=", "<a", "a\n"})
    @DisplayName("an attribute whose name XML cannot hold is refused")
    void refusesAttributeNames(String name) {
        SystemState state =
                SystemState.EMPTY.withPools(
                        List.of(new PoolRecord(Map.of("name", "p", "driver", "d", name, "x"))));
        QubesException refusal = assertThrows(QubesException.class, () -> Stores.write(state));
        assertTrue(
                refusal.getMessage().startsWith("the system: attribute '"), refusal.getMessage());
    }

    @Test
    @DisplayName("only domains whose record changed are written out again")
    void copiesWhatDidNotChange() throws IOException {
        StoreWriter writer = new StoreWriter(PropertyOrder.AS_STORED);
        SystemState state = Stores.read(Stores.resource("qubes-10.xml"));
        List<byte[]> before = writer.write(state);
        DomainRecord first = state.domains().get(1);
        List<byte[]> after =
                writer.write(state.withChanged(first.withFeature("new", Optional.of("1"))));
        assertEquals(before.size(), after.size());
        assertSame(before.get(1), after.get(1));
        assertNotSame(before.get(2), after.get(2));
        for (int i = 3; i < before.size() - 1; i++) {
            assertSame(before.get(i), after.get(i));
        }
    }

    @Test
    @DisplayName("a domain that takes the qid of a removed one is not mistaken for it")
    void forgetsRemovedDomains() {
        StoreWriter writer = new StoreWriter(PropertyOrder.AS_STORED);
        SystemState state = with(WORK);
        writer.write(state);
        SystemState empty = state.without(WORK);
        assertTrue(!writer.text(empty).contains("work"));
        DomainRecord home = DomainRecord.create(3, new DomainName("home"), new UUID(1, 4), "AppVM");
        assertTrue(writer.text(empty.withAdded(home)).contains("home"));
        assertTrue(writer.text(state).contains("work"));
    }

    @Test
    @DisplayName("properties stand in the order they are given, those of one rank as stored")
    void ordersProperties() {
        PropertyOrder order =
                new PropertyOrder() {
                    @Override
                    public Comparator<String> ofKlass(String klass) {
                        return klass.equals("AppVM")
                                ? Comparator.naturalOrder()
                                : PropertyOrder.AS_STORED.ofKlass(klass);
                    }

                    @Override
                    public Comparator<String> ofGlobals() {
                        return Comparator.reverseOrder();
                    }
                };
        SystemState state =
                with(WORK, DomainRecord.create(4, new DomainName("x"), new UUID(1, 4), "OtherVM"))
                        .withGlobal("a", Optional.of(StoredValue.ofText("")))
                        .withGlobal("b", Optional.of(StoredValue.ofText("")));
        state =
                state.withChanged(
                        WORK.withProperty("label", Optional.of(StoredValue.ofText("red"))));
        SystemState read = Stores.read(new StoreWriter(order).text(state));
        assertEquals(List.of("b", "a"), List.copyOf(read.globals().keySet()));
        assertEquals(
                List.of("label", "name", "qid", "uuid"),
                List.copyOf(read.domain(3).properties().keySet()));
        assertEquals(
                List.of("name", "qid", "uuid"), List.copyOf(read.domain(4).properties().keySet()));
    }

    @Test
    @DisplayName(
            "a fragment whose next sibling is gone goes to the end, one whose element is gone goes with it")
    void fragmentsOutliveTheirNeighbours() {
        SystemState state =
                Stores.read(
                        Stores.withDomains(
                                Stores.domain(
                                        3,
                                        "work",
                                        "<features><!-- a --><feature name='a' x='1'>1</feature><feature name='b'/></features>")));
        DomainRecord without = state.domain(3).withFeature("a", Optional.empty());
        String written = Stores.write(state.withChanged(without));
        assertTrue(
                written.contains("<feature name=\"b\"></feature>\n        <!-- a -->\n"), written);
        assertTrue(!written.contains("x=\"1\""), written);
    }

    private static SystemState with(DomainRecord... domains) {
        SystemState state = Stores.read("<qubes/>");
        for (DomainRecord domain : domains) {
            state = state.withAdded(domain);
        }
        return state;
    }
}
