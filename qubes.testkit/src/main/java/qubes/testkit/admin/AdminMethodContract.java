package qubes.testkit.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.MethodTraits;
import qubes.core.admin.MethodTraits.Access;
import qubes.core.admin.MethodTraits.Pace;
import qubes.core.error.PermissionDenied;
import qubes.core.vm.Qubes;
import qubes.testkit.QubesFixture;
import qubes.testkit.RunningSystem;
import qubes.testkit.Waiting;

/**
 * What every method of the Admin API owes its callers. Implement it in a test class of the method's
 * bundle: {@link #method} makes it, {@link #sample} says a call that it answers well, if one
 * without argument and payload is not that. Each test runs in a system of its own, in memory, with
 * the domains {@value #WORK} and {@value #CALLER} of a klass {@code StandaloneVM}.
 *
 * <p>Calls reach the method as the daemon would pass them on: what its traits do not let through it
 * is never sent.
 */
public interface AdminMethodContract {
    /** The domain that is asked about, unless told. */
    String WORK = "work";

    /** The domain that asks what it may not. */
    String CALLER = "caller";

    /**
     * {@return the method, as the framework would make it in that system}
     *
     * @param qubes the application of the test's system
     * @throws Exception if it cannot be made
     */
    AdminMethod method(Qubes qubes) throws Exception;

    /**
     * {@return a call that is answered well; unless told, one about {@value #WORK}, or dom0 if the
     * method takes no other, without argument and payload} May prepare what it needs, and block.
     *
     * @param qubes the application of the test's system
     * @throws Exception if it cannot be made
     */
    default SampleCall sample(Qubes qubes) throws Exception {
        return SampleCall.to(
                method(qubes).traits().destination() == MethodTraits.Destination.ADMIN_VM
                        ? "dom0"
                        : WORK);
    }

    /** {@return symbolic names of bundles that the method needs; few need any} */
    default List<String> bundles() {
        return List.of();
    }

    /**
     * {@return the system that the method runs in; unless told, one with {@link #bundles}}
     *
     * @throws Exception if it cannot be made
     */
    default RunningSystem system() throws Exception {
        return Calls.system(QubesFixture.inMemory(bundles().toArray(String[]::new)));
    }

    /** {@return name of the domain that asks what it may not; unless told, {@value #CALLER}} */
    default String caller() {
        return CALLER;
    }

    /**
     * {@return errors besides those that clients know which the method's specification asks for,
     * and which leave the caller without an answer; unless told, there are none}
     */
    default Set<Class<? extends RuntimeException>> plainErrors() {
        return Set.of();
    }

    /**
     * It has a name that clients can say.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it has a name that clients can say")
    default void nameIsLegal() throws Exception {
        try (RunningSystem system = system()) {
            AdminMethod method = method(system.qubes());
            String name = Calls.name(method);
            assertTrue(
                    Pattern.matches("[A-Za-z0-9_-]+(\\.([A-Za-z0-9_-]+|\\*))+", name),
                    () -> name + " is no name of a method, such as acme.vm.Greet");
            assertTrue(name.length() <= 64, () -> name + " is longer than qrexec lets through");
            boolean family = name.indexOf('*') >= 0;
            assertEquals(name.indexOf('*'), name.lastIndexOf('*'), "one * at most");
            String member = sample(system.qubes()).variant();
            assertEquals(family, !member.isEmpty(), "a sample names a member exactly of families");
            assertTrue(!family || method.covers(member), () -> "it does not cover " + member);
        }
    }

    /**
     * It has no name of a method that the daemon brings.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it has no name of a method that the daemon brings")
    default void nameIsItsOwn() throws Exception {
        try (RunningSystem system = system()) {
            String name = Calls.name(method(system.qubes()));
            assertFalse(BuiltInMethods.names().contains(name), () -> name + " is there already");
        }
    }

    /**
     * What it declares is constant, and its sample fits that.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("what it declares is constant, and its sample fits that")
    default void traitsAreConstant() throws Exception {
        try (RunningSystem system = system()) {
            AdminMethod method = method(system.qubes());
            MethodTraits traits = method.traits();
            assertEquals(traits, method.traits());
            assertEquals(traits, method(system.qubes()).traits());
            SampleCall sample = sample(system.qubes());
            assertTrue(
                    Calls.fits(traits.argument(), sample.argument().length()),
                    () -> "the sample's argument does not fit " + traits);
            assertTrue(
                    Calls.fits(traits.payload(), sample.payload().length()),
                    () -> "the sample's payload does not fit " + traits);
            assertTrue(
                    switch (traits.destination()) {
                        case ANY -> true;
                        case ADMIN_VM -> sample.destination().equals("dom0");
                        case NOT_ADMIN_VM -> !sample.destination().equals("dom0");
                    },
                    () -> "the sample's destination does not fit " + traits);
        }
    }

    /**
     * A call as it should be is answered, once whoever decides was asked once.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a call as it should be is answered, once whoever decides was asked once")
    default void sampleIsAnswered() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            Calls.Outcome outcome = calls.granted(calls.sample());
            assertEquals("", outcome.error());
            assertEquals(1, outcome.asked(), "how often it asked for permission");
        }
    }

    /**
     * Whoever may not call it is refused, and nothing has changed by then.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("whoever may not call it is refused, and nothing has changed by then")
    default void asksBeforeItActs() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            Calls.Outcome outcome = calls.refused(calls.sample());
            assertInstanceOf(PermissionDenied.class, outcome.thrown(), "what came of a refusal");
            assertEquals(1, outcome.asked(), "how often it asked for permission");
            assertEquals(List.of(), outcome.changes());
        }
    }

    /**
     * Whoever may not call it changes nothing, whatever is sent.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("whoever may not call it changes nothing, whatever is sent")
    default void refusedCallersChangeNothing() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            List<String> wrong = new ArrayList<>();
            for (Calls.Sent sent : calls.oddities()) {
                Calls.Outcome outcome = calls.refused(sent);
                if (!outcome.declared() || outcome.thrown() == null) {
                    wrong.add(sent + ": " + outcome);
                }
                outcome.changes().forEach(change -> wrong.add(sent + ": " + change));
            }
            assertEquals(List.of(), wrong);
        }
    }

    /**
     * Whatever is sent, it fails with nothing but errors that clients know.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("whatever is sent, it fails with nothing but errors that clients know")
    default void oddInputIsRefused() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            List<String> wrong = new ArrayList<>();
            for (Calls.Sent sent : calls.oddities()) {
                Calls.Outcome outcome =
                        calls.traits().access() == Access.READ
                                ? calls.granted(sent)
                                : calls.refused(sent); // else half the system would be gone
                if (!outcome.declared()) {
                    wrong.add(sent + ": " + outcome.error());
                }
                if (outcome.asked() > 1) {
                    wrong.add(sent + ": asked for permission " + outcome.asked() + " times");
                }
            }
            assertEquals(List.of(), wrong);
        }
    }

    /**
     * If it says that it only reads, it changes nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("if it says that it only reads, it changes nothing")
    default void readsChangeNothing() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            if (calls.traits().access() == Access.READ) {
                assertEquals(List.of(), calls.granted(calls.sample()).changes());
                assertEquals(List.of(), calls.granted(calls.sample()).changes());
            }
        }
    }

    /**
     * If it says that it answers at once, it waits for nothing.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("if it says that it answers at once, it waits for nothing")
    default void instantNeverWaits() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            if (calls.traits().pace() == Pace.INSTANT) {
                calls.granted(calls.sample()); // classes are loaded
                long waits = Waiting.soFar();
                calls.call(calls.sample());
                assertEquals(0, Waiting.soFar() - waits, "how often it waited");
            }
        }
    }

    /**
     * Many callers are answered at the same time.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("many callers are answered at the same time")
    default void answersManyAtOnce() throws Exception {
        try (RunningSystem system = system()) {
            Calls calls = new Calls(this, system.qubes());
            if (calls.traits().access() != Access.READ) {
                return; // two changes may well be in each other's way
            }
            ExecutorService callers = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> answers = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    answers.add(callers.submit(() -> calls.call(calls.sample())));
                }
                for (Future<?> answer : answers) {
                    answer.get();
                }
            } finally {
                callers.shutdownNow();
            }
        }
    }
}
