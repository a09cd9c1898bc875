package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMAlreadyExistsError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Membership;
import qubes.core.event.TagAdd;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.NewDomain;

/** The domains as a collection (spec domain-model.md §6, rows 'app VMCollection'). */
class CollectionTest {
    @TempDir private Path home;

    private QubesSystem system;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("collection look-up by qid, name, uuid | same VM; unknown | KeyError")
    void lookUps() {
        BaseVM work = TestSystem.plain(system, "work");
        assertEquals(Optional.of(work), system.find(work.qid()));
        assertEquals(Optional.of(work), system.find(new DomainName("work")));
        assertEquals(Optional.of(work), system.find(work.uuid()));
        assertEquals(work, system.domain(work.name()));
        assertEquals(Optional.of(system.admin()), system.find(0));
        assertEquals(Optional.of(system.admin()), system.find(DomainRecord.NIL_UUID));
        assertEquals(Optional.empty(), system.find(42));
        assertEquals(Optional.empty(), system.find(-1));
        assertEquals(Optional.empty(), system.find(10_001));
        assertEquals(Optional.empty(), system.find(new DomainName("Work")));
        assertEquals(Optional.empty(), system.find(UUID.randomUUID()));
        assertThrows(QubesVMNotFoundError.class, () -> system.domain(new DomainName("nowhere")));
    }

    @Test
    @DisplayName("iteration | dom0 first, then by name in code-point order")
    void order() {
        for (String name : List.of("b", "a", "Z", "a-b", "a.b", "dom1")) {
            TestSystem.plain(system, name);
        }
        assertEquals("[dom0, Z, a, a-b, a.b, b, dom1]", system.domains().toString());
        List<BaseVM> sorted = new ArrayList<>(system.domains());
        java.util.Collections.shuffle(sorted, new java.util.Random(1));
        sorted.sort(null);
        assertEquals(system.domains(), sorted, "domains sort in the same order by themselves");
    }

    @Test
    @DisplayName("collection delete by name | domain-delete fired, gone")
    void deletion() throws Exception {
        TestSystem.plain(system, "work");
        assertEquals(
                List.of("domain-pre-delete", "domain-delete"),
                TestSystem.heard(
                        system, () -> system.remove(system.domain(new DomainName("work")))));
        assertEquals("[dom0]", system.domains().toString());
    }

    @Test
    @DisplayName("new qid | the smallest unused, also after a removal")
    void lowestFreeQid() {
        assertEquals(1, TestSystem.plain(system, "a").qid());
        assertEquals(2, TestSystem.plain(system, "b").qid());
        assertEquals(3, TestSystem.plain(system, "c").qid());
        system.remove(system.domain(new DomainName("b")));
        assertEquals(2, TestSystem.plain(system, "d").qid());
        assertEquals(4, TestSystem.plain(system, "e").qid());
    }

    @Test
    @DisplayName("new qid, all of 1 to 9999 used | LookupError, nothing added")
    void noQidIsFree() throws Exception {
        SystemState empty = EmptyStore.under(home);
        List<DomainRecord> all = new ArrayList<>(empty.domains());
        for (int qid = 1; qid < 9_999; qid++) {
            all.add(
                    DomainRecord.create(
                            qid, new DomainName("vm" + qid), new UUID(1, qid), "PlainVM"));
        }
        QubesSystem full =
                TestSystem.of(
                        SystemState.of(
                                empty.labels(),
                                empty.pools(),
                                empty.globals(),
                                empty.unknown(),
                                all),
                        home);
        try {
            TestSystem.addFactory(full, TestSystem.PLAIN);
            assertEquals(9_999, TestSystem.plain(full, "last").qid());
            assertEquals(
                    List.of(),
                    TestSystem.heard(
                            full,
                            () ->
                                    assertThrows(
                                            NoSuchElementException.class,
                                            () -> TestSystem.plain(full, "more"))));
            assertEquals(10_000, full.domains().size());
        } finally {
            full.close();
        }
    }

    @Test
    @DisplayName("a qid, name or uuid that is asked for is given")
    void identityAsAsked() {
        UUID uuid = UUID.randomUUID();
        BaseVM vm =
                system.create(
                        NewDomain.of("PlainVM", new DomainName("work"))
                                .with(BaseVM.QID, 77)
                                .with(BaseVM.UNIQUE_ID, uuid));
        assertEquals(77, vm.qid());
        assertEquals(uuid, vm.uuid());
        assertEquals(77, vm.get(BaseVM.QID));
        assertEquals(Optional.of(vm), system.find(77));
        assertEquals(1, TestSystem.plain(system, "other").qid());
    }

    @ParameterizedTest(name = "qid {0}")
    @ValueSource(ints = {0, 1, -1, 10_001})
    @DisplayName("qid already present, or out of 0 to 10000 | ValueError")
    void refusesQid(int qid) {
        TestSystem.plain(system, "first");
        SystemState before = system.state();
        NewDomain wanted = NewDomain.of("PlainVM", new DomainName("work")).with(BaseVM.QID, qid);
        assertThrows(IllegalArgumentException.class, () -> system.create(wanted));
        assertEquals(before, system.state());
    }

    @Test
    @DisplayName("name present, or uuid present | refused, nothing added")
    void refusesTaken() {
        BaseVM first = TestSystem.plain(system, "first");
        SystemState before = system.state();
        assertThrows(QubesVMAlreadyExistsError.class, () -> TestSystem.plain(system, "first"));
        assertThrows(QubesVMAlreadyExistsError.class, () -> TestSystem.plain(system, "dom0"));
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        system.create(
                                NewDomain.of("PlainVM", new DomainName("work"))
                                        .with(BaseVM.UNIQUE_ID, first.uuid())));
        assertEquals(before, system.state());
    }

    @Test
    @DisplayName("a property that the klass does not have | TypeError, nothing added")
    void unknownArgument() {
        NewDomain wanted =
                NewDomain.of("PlainVM", new DomainName("odd"))
                        .with(TestSystem.TEMPLATE, DomainName.DOM0);
        assertThrows(IllegalArgumentException.class, () -> system.create(wanted));
        assertEquals(Optional.empty(), system.find(new DomainName("odd")));
    }

    @Test
    @DisplayName("a klass that nobody provides | QubesException that says which there are")
    void unknownKlass() {
        QubesException error =
                assertThrows(
                        QubesException.class,
                        () -> system.create(NewDomain.of("NoVM", new DomainName("work"))));
        assertEquals(
                "No installed bundle provides klass 'NoVM'; there are: AdminVM, CutOffVM,"
                        + " DerivedVM, FarVM, PlainVM",
                error.getMessage());
    }

    @Test
    @DisplayName("dom0 cannot be created again")
    void dom0IsOne() {
        assertThrows(
                QubesException.class,
                () -> system.create(NewDomain.of("AdminVM", new DomainName("dom1"))));
    }

    @Test
    @DisplayName("domain-add | fired once the domain can be looked up")
    void addIsToldAfterTheFact() {
        List<Boolean> there = new ArrayList<>();
        system.handle(
                system,
                EventPattern.of(Membership.DomainAdd.class),
                event ->
                        there.add(
                                system.find(new DomainName("work"))
                                        .equals(Optional.of(event.vm()))));
        TestSystem.plain(system, "work");
        assertEquals(List.of(true), there);
    }

    @Test
    @DisplayName("a handler of a domain is let go with the domain, whoever forgets to close it")
    void handlersEndWithTheirDomain() {
        BaseVM work = TestSystem.plain(system, "work");
        WeakReference<List<Event>> heard = handled(work);
        work.tags().add("team");
        assertEquals(1, Objects.requireNonNull(heard.get()).size());
        system.remove(work);
        for (int i = 0; i < 50 && heard.get() != null; i++) {
            System.gc();
        }
        assertNull(heard.get());
    }

    /** What a handler that nobody closes hears of tags, held by that handler only. */
    private WeakReference<List<Event>> handled(BaseVM vm) {
        List<Event> heard = new ArrayList<>();
        system.handle(vm, EventPattern.of(TagAdd.class), heard::add);
        return new WeakReference<>(heard);
    }
}
