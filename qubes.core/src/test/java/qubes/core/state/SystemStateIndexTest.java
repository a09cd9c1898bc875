package qubes.core.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.value.DomainName;

/** What a state knows of who refers to whom, against a look at every domain. */
class SystemStateIndexTest {
    private static final List<String> TEXTS = List.of("a", "b", "True", "");
    private static final List<String> PROPERTIES = List.of("netvm", "template", "debug", "label");

    /** One change of a state, whatever the state is. */
    interface Step {
        SystemState on(SystemState state);
    }

    @Property(tries = 300)
    @Label("after any changes the answers are those of a look at every domain")
    void indexAgreesWithScan(@ForAll("steps") List<Step> steps) {
        SystemState state = SystemState.EMPTY;
        for (Step step : steps) {
            state = step.on(state);
        }
        agrees(state);
        agrees(
                SystemState.of(
                        state.labels(),
                        state.pools(),
                        state.globals(),
                        state.unknown(),
                        state.domains()));
    }

    @Test
    @DisplayName("of a property that is not tracked nobody can ask who leaves it out")
    void refusesUntracked() {
        assertThrows(
                IllegalArgumentException.class, () -> SystemState.EMPTY.following("A", "memory"));
    }

    private static void agrees(SystemState state) {
        for (String text : TEXTS) {
            assertEquals(
                    scan(
                            state,
                            domain ->
                                    PROPERTIES.stream()
                                            .anyMatch(
                                                    property ->
                                                            domain.property(property)
                                                                    .filter(
                                                                            value ->
                                                                                    value.text()
                                                                                            .equals(
                                                                                                    text))
                                                                    .isPresent())),
                    state.holding(text));
            assertEquals(
                    scan(
                            state,
                            domain ->
                                    domain.volumes().values().stream()
                                            .anyMatch(
                                                    volume ->
                                                            volume.text("pool")
                                                                    .equals(Optional.of(text)))),
                    state.inPool(text));
            assertEquals(
                    scan(
                            state,
                            domain ->
                                    domain.assignments().stream()
                                            .anyMatch(a -> a.backendDomain().equals(text))),
                    state.assignedFrom(text));
        }
        for (String property : PROPERTIES) {
            Optional<StoredValue> sought = Optional.of(StoredValue.ofText("a"));
            assertEquals(
                    scan(state, domain -> domain.property(property).equals(sought)),
                    state.holding(property, "a"));
        }
        for (String klass : List.of("A", "B")) {
            assertEquals(
                    scan(
                            state,
                            domain ->
                                    domain.klass().equals(klass)
                                            && domain.property("netvm").isEmpty()),
                    state.following(klass, "netvm"));
        }
        List<String> names = state.domains().stream().map(d -> d.name().value()).toList();
        assertEquals(names.stream().sorted().toList(), names);
        for (DomainRecord domain : state.domains()) {
            assertEquals(domain, state.domain(domain.name()));
            assertEquals(domain, state.domain(domain.uuid()));
        }
        assertEquals(state.domains().size(), state.size());
    }

    private static List<DomainRecord> scan(SystemState state, Predicate<DomainRecord> wanted) {
        List<DomainRecord> found = new ArrayList<>();
        for (int qid = 1; qid <= 400; qid++) {
            DomainRecord domain = state.domain(qid);
            if (domain != null && wanted.test(domain)) {
                found.add(domain);
            }
        }
        return found;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> qids = Arbitraries.integers().between(1, 6).map(i -> i * 60);
        Arbitrary<String> texts = Arbitraries.of(TEXTS);
        Arbitrary<Step> add =
                Combinators.combine(qids, Arbitraries.of("A", "B"))
                        .as((qid, klass) -> state -> added(state, qid, klass));
        Arbitrary<Step> remove =
                qids.map(
                        qid ->
                                state -> {
                                    DomainRecord there = state.domain(qid);
                                    return there == null ? state : state.without(there);
                                });
        Arbitrary<Step> klass =
                Combinators.combine(qids, Arbitraries.of("A", "B"))
                        .as(
                                (qid, other) ->
                                        state ->
                                                changed(
                                                        state,
                                                        qid,
                                                        record -> record.withKlass(other)));
        Arbitrary<Step> set =
                Combinators.combine(
                                qids, Arbitraries.of(PROPERTIES), texts.optional(0.7).map(o -> o))
                        .as(
                                (qid, property, text) ->
                                        state ->
                                                changed(
                                                        state,
                                                        qid,
                                                        record ->
                                                                record.withProperty(
                                                                        property,
                                                                        text.map(
                                                                                StoredValue
                                                                                        ::ofText))));
        Arbitrary<Step> volume =
                Combinators.combine(qids, texts)
                        .as(
                                (qid, pool) ->
                                        state ->
                                                changed(
                                                        state,
                                                        qid,
                                                        record ->
                                                                record.withVolumes(
                                                                        Map.of(
                                                                                "v",
                                                                                new VolumeRecord(
                                                                                        Map.of(
                                                                                                "name",
                                                                                                "v",
                                                                                                "pool",
                                                                                                pool))))));
        Arbitrary<Step> device =
                Combinators.combine(qids, texts)
                        .as(
                                (qid, backend) ->
                                        state ->
                                                changed(
                                                        state,
                                                        qid,
                                                        record ->
                                                                record.withAssignments(
                                                                        List.of(
                                                                                new AssignmentRecord(
                                                                                        "block",
                                                                                        Map.of(
                                                                                                "backend-domain",
                                                                                                backend),
                                                                                        Map
                                                                                                .of())))));
        return Arbitraries.oneOf(add, add, remove, klass, set, set, volume, device)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    private static SystemState added(SystemState state, int qid, String klass) {
        return state.domain(qid) != null
                ? state
                : state.withAdded(
                        DomainRecord.create(
                                qid, new DomainName("vm-" + (400 - qid)), new UUID(1, qid), klass));
    }

    private static SystemState changed(
            SystemState state, int qid, java.util.function.UnaryOperator<DomainRecord> change) {
        DomainRecord there = state.domain(qid);
        return there == null ? state : state.withChanged(change.apply(there));
    }
}
