package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.error.QubesException;
import qubes.core.error.QubesValueError;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.FeatureSet;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.plugin.PluginReport;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ClassHandler;

/** Handlers that a klass of somebody else declares; a tick of the watch passes by hand. */
class KlassHandlerTest {
    private static final HandlerWatch.Limits DAYS =
            new HandlerWatch.Limits(Duration.ofDays(8), Duration.ofDays(10));

    @TempDir private Path home;

    private final PluginBook book = PluginBook.withoutBundles();
    private final HandlerWatch watch = new HandlerWatch(() -> true, DAYS, book);
    private QubesSystem system;
    private BaseVM work;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        watch.close();
        system.close();
    }

    private void handle(Runnable action) {
        Event event = new FeatureSet(work, "x", "1", Optional.empty());
        new KlassHandler(
                        HandlerOwner.ofKlass(KlassHandlerTest.class, watch),
                        new ClassHandler<>(
                                EventPattern.of(FeatureSet.class), (vm, e) -> action.run(), false))
                .handle(event);
    }

    @Test
    @DisplayName("one that blocks under the model lock is interrupted, and the change fails")
    void blockedHandlerFailsTheChange() {
        CountDownLatch never = new CountDownLatch(1);
        QubesException error =
                assertThrows(
                        QubesException.class,
                        () ->
                                handle(
                                        () -> {
                                            for (int i = 0; i < 10; i++) {
                                                watch.tick();
                                            }
                                            assertThrows(InterruptedException.class, never::await);
                                        }));
        assertEquals(
                "Failed: klass " + getClass().getName() + " took too long on domain-feature-set:x",
                error.getMessage());
        assertFalse(Thread.interrupted(), "the interrupt is not left behind");
        assertEquals(1, book.reports().get(0).calls());
    }

    @Test
    @DisplayName("after that it is asked again: a klass is not set aside")
    void klassIsNotSetAside() {
        blockedHandlerFailsTheChange();
        boolean[] asked = new boolean[1];
        handle(() -> asked[0] = true);
        assertTrue(asked[0]);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                        new NullPointerException(),
                        new NoClassDefFoundError("a/Missing"),
                        new StackOverflowError(),
                        new AssertionError("never"))
                .map(error -> Arguments.of(error.getClass().getSimpleName(), error));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    @DisplayName("what goes wrong in it is told to the caller, and counted:")
    void faultIsAClearError(String name, Throwable fault) {
        QubesException error = assertThrows(QubesException.class, () -> handle(() -> sneak(fault)));
        assertEquals(
                "Failed: klass " + getClass().getName() + " failed on domain-feature-set:x",
                error.getMessage());
        PluginReport report = book.reports().get(0);
        assertEquals(1, report.faults());
        assertTrue(report.lastFault().orElseThrow().contains(name), report.toString());
    }

    @Test
    @DisplayName("what it refuses is refused in its own words")
    void refusalIsMeant() {
        assertThrows(
                QubesValueError.class,
                () ->
                        handle(
                                () -> {
                                    throw new QubesValueError("no");
                                }));
        assertEquals(0, book.reports().get(0).faults());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable error) throws E {
        throw (E) error;
    }
}
