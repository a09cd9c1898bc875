package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.PreEvent;
import qubes.core.event.Subscriptions;
import qubes.core.property.PropertyHolder;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.QubesVM;

/** The order of spec events.md §1, for whatever handlers there are. */
@Label("Whoever has handlers at whatever level")
class EventOrderTest {
    /** From the most general to the most derived, as a domain of klass Lower has them. */
    private static final List<String> LEVELS =
            List.of("BaseVM", "LocalVM", "NetVMMixin", "QubesVM", "Upper", "Lower");

    private static final String SUBJECT = "the subject";

    private java.nio.file.Path home;
    private QubesSystem system;

    @BeforeProperty
    void begin() throws java.io.IOException {
        home = java.nio.file.Files.createTempDirectory("qubes-");
    }

    @AfterProperty
    void end() throws java.io.IOException {
        java.nio.file.Files.delete(home);
    }

    private record Before(PropertyHolder subject, String wireName) implements PreEvent {}

    private record After(PropertyHolder subject, String wireName) implements Event {}

    /**
     * A handler that writes down its number.
     *
     * @param level a class's name, or {@link #SUBJECT}
     * @param extension the extension that brings it; 0 for the class itself
     */
    record Given(int number, String level, int extension, String pattern) {
        boolean hears(String name) {
            return pattern.equals("*") || pattern.equals(name);
        }
    }

    @Property(tries = 200)
    @Label("are heard from the general to the special, and the other way before the fact")
    void orderHolds(
            @ForAll("handlers") List<Given> handlers,
            @ForAll boolean pre,
            @ForAll("names") String name) {
        List<Integer> called = new ArrayList<>();
        system = TestSystem.empty(home);
        try {
            TestSystem.Klass lower = new TestSystem.Klass(traits(handlers, called));
            TestSystem.addFactory(system, lower);
            BaseVM vm = TestSystem.make(system, lower, "low");
            for (int i = 1; i <= 3; i++) {
                TestSystem.extend(system, extension(handlers, i, called));
            }
            for (Given given : handlers) {
                if (given.level().equals(SUBJECT)) {
                    system.handle(
                            vm,
                            EventPattern.of(Event.class, given.pattern()),
                            event -> note(event, given, called));
                }
            }
            vm.fire(pre ? new Before(vm, name) : new After(vm, name));
            assertEquals(expected(handlers, pre, name), called);
        } finally {
            system.close();
        }
    }

    /** The rule itself: levels in order, within one the class's own first, then by age. */
    private static List<Integer> expected(List<Given> handlers, boolean pre, String name) {
        List<String> levels = new ArrayList<>(LEVELS);
        levels.add(SUBJECT);
        if (pre) {
            Collections.reverse(levels);
        }
        List<Integer> numbers = new ArrayList<>();
        for (String level : levels) {
            for (int extension = 0; extension <= 3; extension++) {
                for (Given given : handlers) {
                    if (given.level().equals(level)
                            && (given.extension() == extension || level.equals(SUBJECT))
                            && given.hears(name)
                            && !numbers.contains(given.number())) {
                        numbers.add(given.number());
                    }
                }
            }
        }
        return numbers;
    }

    /** Classes of ours have handlers of their own; the core's have none for these events. */
    private static KlassTraits traits(List<Given> handlers, List<Integer> called) {
        KlassTraits.Builder upper = QubesVM.TRAITS.extend("Upper");
        own(upper, "Upper", handlers, called);
        KlassTraits.Builder lower = upper.define().extend("Lower");
        own(lower, "Lower", handlers, called);
        return lower.define();
    }

    private static void own(
            KlassTraits.Builder traits, String level, List<Given> handlers, List<Integer> called) {
        for (Given given : handlers) {
            if (given.level().equals(level) && given.extension() == 0) {
                traits.on(
                        EventPattern.of(Event.class, given.pattern()),
                        BaseVM.class,
                        (vm, event) -> note(event, given, called));
            }
        }
    }

    private static Extension extension(List<Given> handlers, int number, List<Integer> called) {
        return on -> {
            for (Given given : handlers) {
                if (given.extension() == number && !given.level().equals(SUBJECT)) {
                    Subscriptions level =
                            given.level().equals("LocalVM") ? on : on.forKlass(given.level());
                    level.after(
                            EventPattern.of(Event.class, given.pattern()),
                            event -> note(event, given, called));
                }
            }
        };
    }

    private static void note(Event event, Given given, List<Integer> called) {
        if (event instanceof Before || event instanceof After) {
            called.add(given.number());
        }
    }

    @Provide
    Arbitrary<List<Given>> handlers() {
        List<String> levels = new ArrayList<>(LEVELS);
        levels.add(SUBJECT);
        Arbitrary<Given> one =
                Combinators.combine(
                                Arbitraries.of(levels),
                                Arbitraries.integers().between(0, 3),
                                Arbitraries.of("*", "one", "two"))
                        .as((level, extension, pattern) -> given(level, extension, pattern));
        return one.list()
                .ofMaxSize(20)
                .map(
                        all -> {
                            List<Given> numbered = new ArrayList<>();
                            for (Given given : all) {
                                numbered.add(
                                        new Given(
                                                numbered.size(),
                                                given.level(),
                                                given.extension(),
                                                given.pattern()));
                            }
                            return numbered;
                        });
    }

    /** Only classes of ours can have handlers of their own here. */
    private static Given given(String level, int extension, String pattern) {
        boolean ours = List.of("Upper", "Lower", SUBJECT).contains(level);
        return new Given(0, level, ours ? extension : Math.max(1, extension), pattern);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("one", "two", "three");
    }
}
