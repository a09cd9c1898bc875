package qubes.core.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.state.VolumeRecord;
import qubes.core.state.XmlFragment;
import qubes.core.value.DomainName;

@Label("Any state that the model can hold")
class StoreStatesTest {
    /** What nobody knows of a domain, in the order in which a reader meets it. */
    private static final List<XmlFragment> OF_A_DOMAIN =
            List.of(
                    XmlFragment.node("properties", "", "<!-- mine -->"),
                    XmlFragment.attribute("features", "f=\"1\""),
                    XmlFragment.node("domain", "features", "<future a=\"1\"/>"),
                    XmlFragment.node("tags", "", "<why>because &lt;</why>"),
                    XmlFragment.node("domain", "", "<?do it?>"));

    private static final List<XmlFragment> OF_A_DEVICE =
            List.of(XmlFragment.node("device", "", "<x/>"));

    private static final List<XmlFragment> OF_THE_SYSTEM =
            List.of(
                    XmlFragment.attribute("qubes", "x=\"1\""),
                    XmlFragment.node("qubes", "labels", "<future/>"),
                    XmlFragment.attribute("domains", "order=\"any\""),
                    XmlFragment.node("domains", "", "<!-- the last -->"));

    /** Parts of a domain that nearly nothing is to be said of. */
    private record Rest(
            Map<String, VolumeRecord> volumes,
            Map<String, String> attributes,
            List<XmlFragment> unknown) {}

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    @Label("is read as it was written, and written again as it was read")
    void comesBackAsItWas(@ForAll("states") SystemState state) {
        String text = Stores.write(state);
        SystemState back = Stores.read(text);
        assertEquals(state.labels(), back.labels());
        assertEquals(state.pools(), back.pools());
        assertEquals(entries(state.globals()), entries(back.globals()));
        assertEquals(state.unknown(), back.unknown());
        assertEquals(state.domains().size(), back.domains().size());
        for (DomainRecord domain : state.domains()) {
            DomainRecord found = back.domain(domain.qid());
            assertEquals(domain, found);
            assertEquals(entries(domain.properties()), entries(found.properties()));
            assertEquals(entries(domain.features()), entries(found.features()));
            assertEquals(entries(domain.volumes()), entries(found.volumes()));
            assertEquals(List.copyOf(domain.tags()), List.copyOf(found.tags()));
        }
        assertEquals(text, Stores.write(back));
    }

    /** Order counts, which equality of maps does not see. */
    private static <V> List<Map.Entry<String, V>> entries(Map<String, V> map) {
        return List.copyOf(map.entrySet());
    }

    @Provide
    Arbitrary<SystemState> states() {
        Arbitrary<List<PoolRecord>> pools =
                attributes("driver")
                        .list()
                        .ofMaxSize(3)
                        .map(
                                all ->
                                        numbered(all, "name", "pool").stream()
                                                .map(PoolRecord::new)
                                                .toList());
        Arbitrary<List<qubes.core.value.Label>> labels =
                Combinators.combine(
                                Arbitraries.integers().between(1, 1000).set().ofMaxSize(3), text(0))
                        .as(
                                (indices, color) ->
                                        indices.stream()
                                                .sorted()
                                                .map(
                                                        i ->
                                                                new qubes.core.value.Label(
                                                                        i, color, "label" + i))
                                                .toList());
        return Combinators.combine(labels, pools, values(), some(OF_THE_SYSTEM), domains())
                .as(SystemState::of);
    }

    private static Arbitrary<List<DomainRecord>> domains() {
        return domain().list()
                .ofMaxSize(5)
                .map(
                        records -> {
                            List<DomainRecord> all = new ArrayList<>();
                            for (int i = 0; i < records.size(); i++) {
                                DomainRecord parts = records.get(i);
                                boolean dom0 = i == 0;
                                DomainName name =
                                        dom0 ? DomainName.DOM0 : new DomainName("work-" + i);
                                String klass = dom0 ? DomainRecord.ADMIN_KLASS : parts.klass();
                                UUID uuid = dom0 ? DomainRecord.NIL_UUID : new UUID(parts.qid(), i);
                                int qid = dom0 ? 0 : i * 2000 + parts.qid();
                                Map<String, StoredValue> properties =
                                        new LinkedHashMap<>(
                                                DomainRecord.create(qid, name, uuid, klass)
                                                        .properties());
                                parts.properties().forEach(properties::putIfAbsent);
                                all.add(
                                        new DomainRecord(
                                                qid,
                                                name,
                                                uuid,
                                                klass,
                                                parts.attributes(),
                                                properties,
                                                parts.features(),
                                                parts.tags(),
                                                parts.assignments(),
                                                parts.volumes(),
                                                parts.unknown()));
                            }
                            if (all.isEmpty()) {
                                all.add(
                                        DomainRecord.create(
                                                0,
                                                DomainName.DOM0,
                                                DomainRecord.NIL_UUID,
                                                DomainRecord.ADMIN_KLASS));
                            }
                            return all;
                        });
    }

    /** A domain whose identity does not matter. */
    private static Arbitrary<DomainRecord> domain() {
        Arbitrary<Map<String, VolumeRecord>> volumes =
                attributes("pool")
                        .list()
                        .ofMaxSize(3)
                        .map(
                                all -> {
                                    Map<String, VolumeRecord> byName = new LinkedHashMap<>();
                                    numbered(all, "name", "volume")
                                            .forEach(
                                                    volume ->
                                                            byName.put(
                                                                    volume.get("name"),
                                                                    new VolumeRecord(volume)));
                                    return byName;
                                });
        Arbitrary<List<AssignmentRecord>> assignments =
                Combinators.combine(
                                Arbitraries.of("pci", "usb", "block"),
                                attributes("id"),
                                texts(),
                                some(OF_A_DEVICE))
                        .as(AssignmentRecord::new)
                        .list()
                        .ofMaxSize(3)
                        .map(
                                all ->
                                        all.stream()
                                                .sorted(
                                                        (a, b) ->
                                                                a.deviceClass()
                                                                        .compareTo(b.deviceClass()))
                                                .toList());
        Arbitrary<Set<String>> tags =
                text(1).list().uniqueElements().ofMaxSize(4).map(LinkedHashSet::new);
        return Combinators.combine(
                        Arbitraries.integers().between(1, 1999),
                        word(),
                        values(),
                        texts(),
                        tags,
                        assignments,
                        Combinators.combine(volumes, attributes("aura"), some(OF_A_DOMAIN))
                                .as(Rest::new))
                .as(
                        (qid, klass, properties, features, tag, assigned, rest) ->
                                new DomainRecord(
                                        qid,
                                        DomainName.DOM0,
                                        DomainRecord.NIL_UUID,
                                        klass,
                                        rest.attributes(),
                                        without(properties, "name", "qid", "uuid"),
                                        features,
                                        tag,
                                        assigned,
                                        rest.volumes(),
                                        rest.unknown()));
    }

    /** Some of these, in their order. */
    private static <T> Arbitrary<List<T>> some(List<T> all) {
        return Arbitraries.of(true, false)
                .list()
                .ofSize(all.size())
                .map(
                        chosen -> {
                            List<T> some = new ArrayList<>(all);
                            for (int i = all.size() - 1; i >= 0; i--) {
                                if (!chosen.get(i)) {
                                    some.remove(i);
                                }
                            }
                            return some;
                        });
    }

    private static <V> Map<String, V> without(Map<String, V> map, String... keys) {
        Map<String, V> less = new LinkedHashMap<>(map);
        less.keySet().removeAll(List.of(keys));
        return less;
    }

    private static List<Map<String, String>> numbered(
            List<Map<String, String>> all, String attribute, String prefix) {
        List<Map<String, String>> numbered = new ArrayList<>();
        for (Map<String, String> one : all) {
            Map<String, String> copy = new LinkedHashMap<>(one);
            copy.put(attribute, prefix + numbered.size());
            numbered.add(copy);
        }
        return numbered;
    }

    private static Arbitrary<Map<String, StoredValue>> values() {
        Arbitrary<StoredValue> value =
                Arbitraries.oneOf(
                        text(0).map(StoredValue::ofText), text(1).map(StoredValue::ofReference));
        return Arbitraries.maps(text(1), value).ofMaxSize(4).map(LinkedHashMap::new);
    }

    private static Arbitrary<Map<String, String>> texts() {
        return Arbitraries.maps(text(1), text(0)).ofMaxSize(4).map(LinkedHashMap::new);
    }

    /** Attributes, {@code always} among them. */
    private static Arbitrary<Map<String, String>> attributes(String always) {
        Arbitrary<String> name =
                Arbitraries.strings()
                        .withChars("abcxyz_-.:é0123456789")
                        .ofMaxLength(6)
                        .map(tail -> "a" + tail);
        return Combinators.combine(Arbitraries.maps(name, text(0)).ofMaxSize(4), text(1))
                .as(
                        (others, value) -> {
                            Map<String, String> all = new LinkedHashMap<>();
                            all.put(always, value);
                            all.putAll(others);
                            return all;
                        });
    }

    /** Text of all that XML can hold, what has a meaning in it above all. */
    private static Arbitrary<String> word() {
        return text(1).map(text -> text.replaceAll("[\\s\\p{Cntrl}]", "x"));
    }

    private static Arbitrary<String> text(int shortest) {
        Arbitrary<Integer> codePoint =
                Arbitraries.frequencyOf(
                        Tuple.of(5, Arbitraries.integers().between('a', 'z')),
                        Tuple.of(4, Arbitraries.of("<>&\"'] \t\n\r-!?".chars().boxed().toList())),
                        Tuple.of(2, Arbitraries.integers().between(0x7F, 0xD7FF)),
                        Tuple.of(1, Arbitraries.integers().between(0xE000, 0xFFFD)),
                        Tuple.of(1, Arbitraries.integers().between(0x10000, 0x10FFFF)));
        return codePoint
                .list()
                .ofMinSize(shortest)
                .ofMaxSize(12)
                .map(
                        all -> {
                            StringBuilder text = new StringBuilder();
                            all.forEach(text::appendCodePoint);
                            return text.toString();
                        });
    }
}
