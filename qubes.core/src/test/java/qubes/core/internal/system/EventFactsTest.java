package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesException;
import qubes.core.error.QubesInvalidTagError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.PropertyPreSet;
import qubes.core.event.PropertySet;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Globals;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Network;
import qubes.core.vm.QubesVM;

/** Spec events.md: the upstream unit-test facts, and the verified sequences of §1.1. */
class EventFactsTest {
    @TempDir private Path home;

    private final List<String> called = new ArrayList<>();
    private QubesSystem system;
    private BaseVM work;
    private BaseVM net;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        net = TestSystem.plain(system, "net");
        net.set(Network.PROVIDES_NETWORK, true);
        net.set(Network.NETVM, Optional.empty());
        work = TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        system.close();
    }

    private record Named(PropertyHolder subject, String wireName) implements Event {}

    @Test
    @DisplayName("instance add_handler, fire | called; removed, fire | not called")
    void instanceHandler() throws Exception {
        AutoCloseable handler = hear(work, "*");
        work.fire(new Named(work, "testevent"));
        assertEquals(List.of("* testevent"), called);
        handler.close();
        handler.close();
        work.fire(new Named(work, "testevent"));
        assertEquals(List.of("* testevent"), called);
    }

    @Test
    @DisplayName("handlers \"*\" and \"foo\": fire testevent, foo, bar | calls 1, then +2, then +1")
    void patterns() {
        hear(work, "*");
        hear(work, "foo");
        work.fire(new Named(work, "testevent"));
        assertEquals(1, called.size());
        work.fire(new Named(work, "foo"));
        assertEquals(3, called.size());
        work.fire(new Named(work, "bar"));
        assertEquals(4, called.size());
    }

    @Test
    @DisplayName(
            "instance handler added on object 1, fire on object 2 of the same class | not seen")
    void instanceHandlerIsOfOneObject() {
        hear(work, "*");
        net.fire(new Named(net, "testevent"));
        system.fire(new Named(system, "testevent"));
        assertEquals(List.of(), called);
    }

    @Test
    @DisplayName("the application can have instance handlers as well")
    void instanceHandlerOfApplication() {
        hear(system, "property-set:*");
        system.set(Globals.STATS_INTERVAL, 5);
        assertEquals(List.of("property-set:* property-set:stats_interval"), called);
    }

    @Test
    @DisplayName("an instance handler stays with its domain while the klass goes and comes back")
    void instanceHandlerOutlivesKlass() {
        hear(work, "property-set:*");
        system.unbindFactory(TestSystem.PLAIN);
        TestSystem.addFactory(system, TestSystem.PLAIN);
        system.domain(new DomainName("work")).set(QubesVM.VCPUS, 3);
        assertEquals(List.of("property-set:* property-set:vcpus"), called);
    }

    @Test
    @DisplayName("an instance handler refuses a pre-event before any class handler hears it")
    void instanceHandlerRefuses() {
        system.handle(
                system,
                PropertyPreSet.of(Globals.CLOCKVM),
                event -> {
                    throw new QubesException("not today");
                });
        assertThrows(
                QubesException.class, () -> system.set(Globals.CLOCKVM, Optional.of(net.name())));
        assertEquals(null, net.features().get("service.clocksync"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"property-pre-set:vcpus", "property-set:vcpus"})
    @DisplayName("an error that clients know reaches them as it is; handlers after it do not run")
    void knownErrorsPropagate(String event) {
        for (RuntimeException error :
                List.of(
                        new QubesException("known"),
                        new QubesInvalidTagError("known"),
                        new PermissionDenied("known"))) {
            AutoCloseable handler =
                    system.handle(
                            work,
                            EventPattern.of(Event.class, event),
                            told -> {
                                throw error;
                            });
            AutoCloseable next = hear(work, event);
            assertSame(
                    error, assertThrows(RuntimeException.class, () -> work.set(QubesVM.VCPUS, 3)));
            close(handler);
            close(next);
        }
        assertEquals(List.of(), called);
    }

    private static void close(AutoCloseable handler) {
        assertDoesNotThrow(handler::close);
    }

    @Test
    @DisplayName("a bug of an instance handler after the fact stays inside")
    void instanceHandlerBug() {
        system.handle(
                work,
                PropertySet.of(QubesVM.VCPUS),
                event -> {
                    throw new IllegalStateException("a bug");
                });
        hear(work, "property-set:*");
        work.set(QubesVM.VCPUS, 3);
        assertEquals(List.of("property-set:* property-set:vcpus"), called);
    }

    private AutoCloseable hear(PropertyHolder subject, String pattern) {
        return system.handle(
                subject,
                EventPattern.of(Event.class, pattern),
                event -> called.add(pattern + " " + event.wireName()));
    }

    @Test
    @DisplayName("a handler of the parent runs although a subclass has one for the same event")
    void overridingAddsHandlers() {
        KlassTraits traits =
                QubesVM.TRAITS
                        .extend("Upper")
                        .on(Named.class, QubesVM.class, (vm, event) -> called.add("parent"))
                        .define()
                        .extend("Lower")
                        .on(Named.class, QubesVM.class, (vm, event) -> called.add("child"))
                        .define();
        TestSystem.Klass lower = new TestSystem.Klass(traits);
        TestSystem.addFactory(system, lower);
        BaseVM vm = TestSystem.make(system, lower, "low");
        vm.fire(new Named(vm, "x"));
        assertEquals(List.of("parent", "child"), called);
    }

    @Test
    @DisplayName("late handlers all run, and what the first of them threw is thrown afterwards")
    void lateHandlersAllRun() {
        KlassTraits traits =
                QubesVM.TRAITS
                        .extend("Late")
                        .afterwards(Named.class, QubesVM.class, (vm, event) -> fail("first"))
                        .afterwards(Named.class, QubesVM.class, (vm, event) -> fail("second"))
                        .afterwards(Named.class, QubesVM.class, (vm, event) -> called.add("third"))
                        .define();
        TestSystem.Klass late = new TestSystem.Klass(traits);
        TestSystem.addFactory(system, late);
        BaseVM vm = TestSystem.make(system, late, "late");
        QubesException thrown =
                assertThrows(QubesException.class, () -> vm.fire(new Named(vm, "x")));
        assertEquals("first", thrown.getMessage());
        assertEquals(List.of("first", "second", "third"), called);
    }

    private void fail(String name) {
        called.add(name);
        throw new QubesException(name);
    }

    private interface Action {
        void on(EventFactsTest test);
    }

    record Sequence(String words, Action given, Action action, List<String> heard) {
        @Override
        public String toString() {
            return words;
        }
    }

    static Stream<Sequence> sequences() {
        return Stream.of(
                new Sequence(
                        "VM.label = x",
                        test -> {},
                        test -> test.work.set(BaseVM.LABEL, "red"),
                        List.of(
                                "work property-pre-set:label",
                                "work property-reset:icon",
                                "work property-set:label")),
                new Sequence(
                        "VM.netvm reset, default differs",
                        test -> {
                            test.system.set(Globals.DEFAULT_NETVM, Optional.of(test.net.name()));
                            test.work.set(Network.NETVM, Optional.empty());
                        },
                        test -> test.work.reset(Network.NETVM),
                        List.of(
                                "work property-pre-reset:netvm",
                                "work property-pre-set:netvm",
                                "work property-pre-del:netvm",
                                "work property-set:netvm",
                                "work property-reset:netvm",
                                "work property-del:netvm")),
                new Sequence(
                        "same, but the default would loop",
                        test -> {
                            test.system.set(Globals.DEFAULT_NETVM, Optional.of(test.net.name()));
                        },
                        test ->
                                assertThrows(
                                        QubesException.class, () -> test.net.reset(Network.NETVM)),
                        List.of("net property-pre-reset:netvm")),
                new Sequence(
                        "delete of absent feature",
                        test -> {},
                        test ->
                                assertThrows(
                                        java.util.NoSuchElementException.class,
                                        () -> test.work.features().delete("x")),
                        List.of("work domain-feature-pre-delete:x")),
                new Sequence(
                        "feature boot-mode.active set",
                        test -> {},
                        test -> test.work.features().set("boot-mode.active", "a"),
                        List.of(
                                "work domain-feature-pre-set:boot-mode.active",
                                "work property-reset:bootmode",
                                "work domain-feature-set:boot-mode.active")),
                new Sequence(
                        "refused template_for_dispvms=False",
                        test -> {
                            test.work.set(DisposableTemplate.TEMPLATE_FOR_DISPVMS, true);
                            test.system.set(Globals.DEFAULT_DISPVM, Optional.of(test.work.name()));
                        },
                        test ->
                                assertThrows(
                                        QubesException.class,
                                        () ->
                                                test.work.set(
                                                        DisposableTemplate.TEMPLATE_FOR_DISPVMS,
                                                        false)),
                        List.of("work property-pre-set:template_for_dispvms")),
                new Sequence(
                        "creating any VM: on it nothing is receivable before domain-add",
                        test -> test.system.set(Globals.CHECK_UPDATES_VM, false),
                        test -> TestSystem.derived(test.system, "new", "work"),
                        List.of("domain-add")));
    }

    @ParameterizedTest
    @MethodSource("sequences")
    @DisplayName("A listener outside receives this sequence")
    void sequenceIsReceived(Sequence sequence) throws Exception {
        sequence.given().on(this);
        assertEquals(sequence.heard(), TestSystem.heard(system, () -> sequence.action().on(this)));
    }
}
