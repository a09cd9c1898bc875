package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.event.Extension;
import qubes.core.event.FeaturePreSet;
import qubes.core.event.FeatureSet;
import qubes.core.event.Subscriptions;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.vm.BaseVM;

class EventBusTest {
    @TempDir private Path home;

    private final EventBus bus =
            new EventBus(
                    List.of(),
                    new HandlerWatch(
                            () -> false,
                            new HandlerWatch.Limits(Duration.ZERO, Duration.ZERO),
                            PluginBook.withoutBundles()));
    private final List<String> called = new ArrayList<>();
    private QubesSystem system;
    private BaseVM work;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        work = TestSystem.plain(system, "work");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("an ordinary event is told outside last, an event to come first")
    void outsideIsLastOrFirst() {
        hear(notes("a"));
        bus.fire(set("x"), event -> called.add("outside"));
        assertEquals(List.of("a set", "outside"), called);
        called.clear();
        bus.fire(preSet("x"), event -> called.add("outside"));
        assertEquals(List.of("outside", "a pre-set"), called);
    }

    @Test
    @DisplayName("extensions run in their order, for events to come as well")
    void extensionsKeepTheirOrder() {
        hear(notes("a"), notes("b"));
        bus.fire(set("x"), event -> {});
        bus.fire(preSet("x"), event -> {});
        assertEquals(List.of("a set", "b set", "a pre-set", "b pre-set"), called);
    }

    @Test
    @DisplayName("an extension is asked once what it wants to hear, whoever else comes and goes")
    void extensionIsAskedOnce() {
        AtomicInteger asked = new AtomicInteger();
        Extension counting = on -> asked.incrementAndGet();
        hear(counting);
        hear(counting, notes("a"));
        hear(counting);
        assertEquals(1, asked.get());
        bus.fire(set("x"), event -> {});
        assertEquals(List.of(), called);
    }

    @Test
    @DisplayName("extensions that arrive at once are heard, whoever comes first to the bus")
    void extensionsThatArriveAtOnceAreHeard() throws Exception {
        List<Extension> there = new CopyOnWriteArrayList<>();
        CountDownLatch subscribing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Extension slow =
                on -> {
                    subscribing.countDown();
                    awaitQuietly(go);
                };
        Thread first = arriving(there, slow);
        assertTrue(subscribing.await(10, TimeUnit.SECONDS));
        List<Thread> waiting = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            Thread next = arriving(there, notes(name));
            waiting.add(next);
            while (next.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait(); // each has looked, if it looks before its turn
            }
        }
        go.countDown();
        first.join();
        for (Thread thread : waiting) {
            thread.join();
        }
        bus.fire(set("x"), event -> {});
        assertEquals(List.of("a set", "b set", "c set", "d set"), called);
    }

    private Thread arriving(List<Extension> there, Extension extension) {
        Thread thread =
                new Thread(
                        () -> {
                            there.add(extension);
                            bus.extensions(() -> there);
                        });
        thread.start();
        return thread;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("a refusal before the fact reaches the caller; a bug after the fact stays inside")
    void refusalsAndBugs() {
        hear(
                on ->
                        on.before(
                                FeaturePreSet.class,
                                event -> {
                                    throw new QubesException("not today");
                                }),
                on ->
                        on.after(
                                FeatureSet.class,
                                event -> {
                                    throw new IllegalStateException("a bug");
                                }),
                notes("a"));
        assertEquals(
                "not today",
                assertThrows(QubesException.class, () -> bus.fire(preSet("x"), event -> {}))
                        .getMessage());
        bus.fire(set("x"), event -> called.add("outside"));
        assertEquals(List.of("a set", "outside"), called);
    }

    @Test
    @DisplayName("an extension that cannot subscribe is left out, the others are heard")
    void brokenExtension() {
        hear(
                on -> {
                    throw new IllegalStateException("a bug");
                },
                notes("a"));
        bus.fire(set("x"), event -> {});
        assertEquals(List.of("a set"), called);
    }

    @Test
    @DisplayName("patterns over the wire name choose, and other klasses are not heard")
    void patternsChoose() {
        hear(
                on -> on.after(FeatureSet.of("vm-config.*"), event -> called.add("any")),
                on ->
                        on.forKlass("PlainVM")
                                .after(FeatureSet.of("x"), event -> called.add("plain")),
                on ->
                        on.forKlass("DerivedVM")
                                .after(FeatureSet.class, event -> called.add("derived")),
                on -> on.forApplication().after(FeatureSet.class, event -> called.add("system")));
        bus.fire(set("vm-config.a"), event -> {});
        bus.fire(set("x"), event -> {});
        assertEquals(List.of("any", "plain"), called);
    }

    @Test
    @DisplayName("event names that clients choose do not fill the memory")
    void memoryIsBounded() {
        AtomicInteger heard = new AtomicInteger();
        hear(on -> on.after(FeatureSet.class, event -> heard.incrementAndGet()));
        for (int i = 0; i < 20_000; i++) {
            bus.fire(set("feature-" + i), event -> {});
        }
        assertEquals(20_000, heard.get());
        assertTrue(bus.remembered() <= 4096, () -> bus.remembered() + " names are remembered");
    }

    private Extension notes(String name) {
        return (Subscriptions on) -> {
            on.after(FeatureSet.class, event -> called.add(name + " set"));
            on.before(FeaturePreSet.class, event -> called.add(name + " pre-set"));
        };
    }

    private FeatureSet set(String feature) {
        return new FeatureSet(work, feature, "1", Optional.empty());
    }

    private FeaturePreSet preSet(String feature) {
        return new FeaturePreSet(work, feature, "1", Optional.empty());
    }

    private void hear(Extension... extensions) {
        bus.extensions(() -> List.of(extensions));
    }
}
