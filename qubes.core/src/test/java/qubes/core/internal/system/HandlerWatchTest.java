package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import qubes.core.error.PermissionDenied;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;
import qubes.core.event.Subscriptions;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.vm.BaseVM;

/** The clock is in the test's hand: a tick passes when it says so. */
class HandlerWatchTest {
    private static final HandlerWatch.Limits DAYS =
            new HandlerWatch.Limits(Duration.ofDays(8), Duration.ofDays(10)); // a tick is a day

    @TempDir private Path home;

    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile boolean underLock = true;
    private volatile boolean waiting; // a handler does
    private final HandlerWatch watch =
            new HandlerWatch(() -> underLock, DAYS, PluginBook.withoutBundles());
    private final EventBus bus = new EventBus(List.of(), watch);
    private QubesSystem system;
    private BaseVM work;

    /** How a handler that waits takes an interrupt. */
    private enum Manner {
        FAILS {
            @Override
            void await(CountDownLatch latch) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        },
        GOES_ON {
            @Override
            void await(CountDownLatch latch) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        },
        SAYS_ITS_OWN_ERROR {
            @Override
            void await(CountDownLatch latch) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new QubesException("interrupted", e);
                }
            }
        };

        abstract void await(CountDownLatch latch);
    }

    /** An extension with a name that errors can be compared with. */
    private final class Guard implements Extension {
        private final Consumer<Event> action;

        Guard(Consumer<Event> action) {
            this.action = action;
        }

        @Override
        public void subscribe(Subscriptions on) {
            on.after(
                    EventPattern.of(Event.class),
                    event -> {
                        heard.add("guard " + event.wireName());
                        action.accept(event);
                    });
        }
    }

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        never.countDown();
        watch.close();
        system.close();
    }

    @ParameterizedTest
    @EnumSource(Manner.class)
    @DisplayName(
            "a handler that waits after the fact is interrupted, and what it throws stays inside")
    void afterTheFact(Manner manner) {
        hear(new Guard(event -> wait(manner, never)), others());
        letTimePassWhile(() -> bus.fire(set(), event -> heard.add("outside")));
        assertEquals(
                List.of("guard domain-feature-set:x", "other domain-feature-set:x", "outside"),
                heard);
    }

    @ParameterizedTest
    @EnumSource(Manner.class)
    @DisplayName("a handler that waits before the fact refuses it, whatever becomes of it")
    void beforeTheFact(Manner manner) {
        hear(new Guard(event -> wait(manner, never)));
        String message = messageOf(() -> bus.fire(preSet(), event -> {}));
        String expected =
                switch (manner) {
                    case FAILS -> refused("failed on domain-feature-pre-set:x");
                    case GOES_ON -> refused("took too long on domain-feature-pre-set:x");
                    case SAYS_ITS_OWN_ERROR -> "interrupted";
                };
        assertEquals(expected, message);
    }

    @Test
    @DisplayName("set aside, it hears of nothing and what it might refuse is refused, at once")
    void setAside() {
        hear(new Guard(event -> wait(Manner.GOES_ON, never)), others());
        letTimePassWhile(() -> bus.fire(set(), event -> {}));
        heard.clear();
        bus.fire(set(), event -> {});
        assertEquals(List.of("other domain-feature-set:x"), heard);
        assertEquals(
                refused(
                        "is to be asked about domain-feature-pre-set:x, but is set aside for a"
                                + " while since it took too long; try again later or stop its bundle"),
                assertThrows(QubesException.class, () -> bus.fire(preSet(), event -> {}))
                        .getMessage());
    }

    @Test
    @DisplayName("after its rest it is tried again")
    void triedAgain() {
        CountDownLatch[] latch = {never};
        hear(new Guard(event -> wait(Manner.GOES_ON, latch[0])));
        letTimePassWhile(() -> bus.fire(set(), event -> {}));
        heard.clear();
        latch[0] = new CountDownLatch(0);
        tick(5);
        bus.fire(set(), event -> {});
        assertEquals(List.of(), heard);
        tick(8);
        bus.fire(set(), event -> {});
        bus.fire(preSet(), event -> {});
        assertEquals(
                List.of("guard domain-feature-set:x", "guard domain-feature-pre-set:x"), heard);
    }

    @Test
    @DisplayName("one that ignores the interrupt rests from when it ends")
    void ignoresInterrupt() {
        CountDownLatch end = new CountDownLatch(1);
        hear(new Guard(event -> awaitWhateverComes(end)));
        CompletableFuture<Void> change =
                CompletableFuture.runAsync(() -> bus.fire(set(), event -> {}));
        tickUntil(() -> heard.size() == 1);
        tick(50);
        assertFalse(change.isDone());
        end.countDown();
        change.join();
        heard.clear();
        tick(5);
        bus.fire(set(), event -> {});
        assertEquals(List.of(), heard);
    }

    @Test
    @DisplayName("without the model lock it may take as long as it likes, and is asked in any case")
    void withoutTheLock() {
        CountDownLatch end = new CountDownLatch(1);
        hear(new Guard(event -> wait(Manner.SAYS_ITS_OWN_ERROR, end)));
        letTimePassWhile(() -> bus.fire(set(), event -> {}));
        heard.clear();
        underLock = false;
        CompletableFuture<Void> question =
                CompletableFuture.runAsync(() -> bus.fire(preSet(), event -> {}));
        tickUntil(() -> heard.size() == 1);
        tick(9);
        assertFalse(question.isDone());
        end.countDown();
        question.join();
    }

    @Test
    @DisplayName("of handlers inside each other the innermost is to blame, the outer one goes on")
    void innermostIsToBlame() {
        List<String> blamed = new ArrayList<>();
        Guard inner = new Guard(event -> wait(Manner.FAILS, never));
        hear(
                on ->
                        on.before(
                                FeaturePreSet.class,
                                event -> {
                                    bus.fire(set(), e -> {});
                                    blamed.add(
                                            Thread.currentThread().isInterrupted()
                                                    ? "outer"
                                                    : "inner");
                                }),
                on -> on.after(FeatureSet.class, event -> inner.action.accept(event)));
        letTimePassWhile(() -> bus.fire(preSet(), event -> {}));
        assertEquals(List.of("inner"), blamed);
        bus.fire(preSet(), event -> {});
        assertEquals(List.of("inner", "inner"), blamed, "it is heard, the inner one is not");
    }

    @Test
    @DisplayName("a handler that makes others run, each of them quick, answers for the sum")
    void sumOfQuickOnes() {
        hear(
                on ->
                        on.before(
                                FeaturePreSet.class,
                                event -> {
                                    for (int i = 0; i < 100; i++) {
                                        bus.fire(set(), e -> {});
                                    }
                                }),
                on -> on.after(FeatureSet.class, event -> watch.tick()));
        assertThrows(QubesException.class, () -> bus.fire(preSet(), event -> {}));
    }

    @Test
    @DisplayName("no interrupt stays behind, and a quick handler is never interrupted")
    void noInterruptStaysBehind() {
        hear(new Guard(event -> wait(Manner.GOES_ON, never)));
        boolean[] interrupted = new boolean[1];
        letTimePassWhile(
                () -> {
                    bus.fire(set(), event -> {});
                    interrupted[0] = Thread.currentThread().isInterrupted();
                });
        assertFalse(interrupted[0]);
        tick(30);
        hear(others());
        for (int i = 0; i < 100; i++) {
            bus.fire(preSet(), event -> {});
            watch.tick();
        }
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    @DisplayName("its own veto is told, even if it comes too late")
    void lateVeto() {
        hear(
                new Guard(
                        event -> {
                            wait(Manner.GOES_ON, never);
                            throw new PermissionDenied("not today");
                        }));
        CompletableFuture<String> veto =
                CompletableFuture.supplyAsync(
                        () ->
                                assertThrows(
                                                PermissionDenied.class,
                                                () -> bus.fire(preSet(), event -> {}))
                                        .getMessage());
        tickUntil(veto::isDone);
        assertEquals("not today", veto.join());
    }

    @Test
    @DisplayName("in a system, a change goes on after a handler that waits, and so does the next")
    void inSystem() {
        HandlerWatch.Limits quick =
                new HandlerWatch.Limits(Duration.ofMillis(80), Duration.ofHours(1));
        QubesSystem hasty = TestSystem.of(EmptyStore.under(home), home, quick);
        try {
            TestSystem.addFactory(hasty, TestSystem.PLAIN);
            BaseVM vm = TestSystem.plain(hasty, "work");
            TestSystem.extend(
                    hasty, on -> on.after(FeatureSet.class, event -> wait(Manner.FAILS, never)));
            vm.features().set("a", "1");
            vm.features().set("b", "2");
            assertTrue(vm.features().isTrue("a"));
            assertTrue(vm.features().isTrue("b"));
        } finally {
            hasty.close();
        }
    }

    private Extension others() {
        return on ->
                on.after(
                        EventPattern.of(Event.class),
                        event -> heard.add("other " + event.wireName()));
    }

    private static String refused(String why) {
        return "Refused: extension " + Guard.class.getName() + " " + why;
    }

    private FeatureSet set() {
        return new FeatureSet(work, "x", "1", Optional.empty());
    }

    private FeaturePreSet preSet() {
        return new FeaturePreSet(work, "x", "1", Optional.empty());
    }

    private void hear(Extension... extensions) {
        bus.extensions(() -> List.of(extensions));
    }

    private String messageOf(Runnable action) {
        String[] message = new String[1];
        letTimePassWhile(
                () -> message[0] = assertThrows(QubesException.class, action::run).getMessage());
        return message[0];
    }

    private void wait(Manner manner, CountDownLatch latch) {
        waiting = true;
        try {
            manner.await(latch);
        } finally {
            waiting = false;
        }
    }

    /** Time passes in handlers that wait, and stands still while they do something. */
    private void letTimePassWhile(Runnable action) {
        CompletableFuture<Void> done = CompletableFuture.runAsync(action);
        tickUntil(done::isDone);
        done.join();
    }

    private void tickUntil(BooleanSupplier so) {
        while (!so.getAsBoolean()) {
            if (waiting) {
                watch.tick();
            }
            Thread.onSpinWait();
        }
    }

    private void tick(int times) {
        for (int i = 0; i < times; i++) {
            watch.tick();
        }
    }

    private static void awaitWhateverComes(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
