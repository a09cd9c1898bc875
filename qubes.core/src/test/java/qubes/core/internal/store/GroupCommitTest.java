package qubes.core.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.internal.store.GroupCommit.Version;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

@Timeout(60)
class GroupCommitTest {
    private static final Duration SOON = Duration.ofMillis(1);
    private static final Duration NEVER = Duration.ofDays(1);

    private final AtomicReference<Version> now =
            new AtomicReference<>(new Version(0, Stores.read("<qubes/>")));
    private final Disk disk = new Disk();
    private final List<Long> announced = Collections.synchronizedList(new ArrayList<>());
    private final ExecutorService others = Executors.newCachedThreadPool();
    private final AtomicReference<Thread> writer = new AtomicReference<>();

    /** A disk that does as it is told. */
    private static final class Disk implements Consumer<SystemState> {
        final List<SystemState> saved = Collections.synchronizedList(new ArrayList<>());
        final Semaphore reached = new Semaphore(0); // a permit for each save that has begun
        volatile Semaphore permits = new Semaphore(Integer.MAX_VALUE); // each save takes one
        volatile Runnable fault = () -> {};

        @Override
        public void accept(SystemState state) {
            reached.release();
            permits.acquireUninterruptibly();
            fault.run();
            saved.add(state);
        }

        void block() {
            permits = new Semaphore(0);
        }

        void fail(String message) {
            fault =
                    () -> {
                        throw new QubesException(message);
                    };
        }

        void mend() {
            fault = () -> {};
        }
    }

    @AfterEach
    void stopOthers() {
        others.shutdownNow();
    }

    @Test
    @DisplayName("a version is durable once a save that began after it is over, not earlier")
    void waitsForTheSave() throws Exception {
        disk.block();
        try (GroupCommit commit = commit(NEVER)) {
            long version = change(commit);
            Future<?> waiter = others.submit(() -> commit.awaitDurable(version));
            disk.reached.acquire();
            assertEquals(0, commit.durableVersion());
            assertTrue(!waiter.isDone());
            disk.permits.release();
            waiter.get();
            assertEquals(version, commit.durableVersion());
            assertSame(now.get().state(), disk.saved.get(0));
            commit.awaitDurable(version);
            commit.awaitDurable(0);
        }
    }

    @Test
    @DisplayName(
            "changes that come while a save runs share the next one, which has the newest state")
    void changesShareASave() throws Exception {
        disk.block();
        try (GroupCommit commit = commit(NEVER)) {
            change(commit);
            disk.reached.acquire();
            long last = 0;
            for (int i = 0; i < 10; i++) {
                last = change(commit);
            }
            disk.permits.release(2);
            commit.awaitDurable(last);
            assertEquals(2, disk.saved.size());
            assertSame(now.get().state(), disk.saved.get(1));
            assertEquals(List.of(1L, 11L), announced);
        }
    }

    @Test
    @DisplayName("a state that is on disk is not saved again")
    void doesNotSaveTwice() {
        try (GroupCommit commit = commit(NEVER)) {
            commit.awaitDurable(change(commit));
            commit.awaitDurable(publish(commit, state -> state));
            assertEquals(1, disk.saved.size());
            assertEquals(List.of(1L, 2L), announced);
        }
    }

    @Test
    @DisplayName(
            "a failed save fails those who wait for it, and all who ask later, until one works")
    void failsThoseWhoWait() {
        try (GroupCommit commit = commit(NEVER)) {
            disk.fail("the disk is full");
            long first = change(commit);
            assertEquals(
                    "the disk is full",
                    assertThrows(QubesException.class, () -> commit.awaitDurable(first))
                            .getMessage());
            assertThrows(QubesException.class, () -> commit.awaitDurable(first));
            assertEquals(0, commit.durableVersion());
            assertEquals(List.of(), announced);
            disk.mend();
            long second = change(commit);
            commit.awaitDurable(second);
            commit.awaitDurable(first);
            assertEquals(List.of(2L), announced);
            assertSame(now.get().state(), disk.saved.get(0));
        }
    }

    @Test
    @DisplayName("a failed save is tried again after a while, without a change")
    void triesAgain() throws Exception {
        try (GroupCommit commit = commit(SOON)) {
            disk.fail("the disk is full");
            long version = change(commit);
            assertThrows(QubesException.class, () -> commit.awaitDurable(version));
            disk.reached.acquire(4);
            CompletableFuture<Long> durable = new CompletableFuture<>();
            disk.fault = () -> durable.complete(version);
            durable.get();
            commit.close();
            assertEquals(version, commit.durableVersion());
            assertEquals(List.of(version), announced);
        }
    }

    @Test
    @DisplayName("closing saves what is not saved, and says so if that fails")
    void closeSaves() throws Exception {
        disk.block();
        GroupCommit commit = commit(NEVER);
        change(commit);
        disk.reached.acquire();
        change(commit);
        disk.permits.release(2);
        commit.close();
        assertEquals(2, commit.durableVersion());
        commit.close();
        assertThrows(IllegalStateException.class, () -> commit.markDirty(99));

        disk.permits = new Semaphore(Integer.MAX_VALUE);
        disk.fail("the disk is full");
        GroupCommit failing = commit(NEVER);
        long version = change(failing);
        assertThrows(QubesException.class, () -> failing.awaitDurable(version));
        QubesException lost = assertThrows(QubesException.class, failing::close);
        assertEquals("changes are not saved: the disk is full", lost.getMessage());

        GroupCommit mended = commit(NEVER);
        long late = change(mended);
        assertThrows(QubesException.class, () -> mended.awaitDurable(late));
        disk.mend();
        mended.close();
        assertEquals(late, mended.durableVersion());
    }

    @Test
    @DisplayName("closing without a change saves nothing")
    void closeWithoutChange() {
        commit(NEVER).close();
        assertEquals(0, disk.saved.size());
    }

    @Test
    @DisplayName(
            "an interrupted waiter waits on and stays interrupted; an interrupted writer goes on")
    void interruptsChangeNothing() throws Exception {
        disk.block();
        try (GroupCommit commit = commit(NEVER)) {
            long version = change(commit);
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread waiter =
                    new Thread(
                            () -> {
                                begun.countDown();
                                commit.awaitDurable(version);
                                interrupted.complete(Thread.currentThread().isInterrupted());
                            });
            waiter.start();
            begun.await();
            waiter.interrupt();
            writer.get().interrupt();
            disk.permits.release();
            assertTrue(interrupted.get());
            disk.permits.release();
            commit.awaitDurable(change(commit));
        }
    }

    @Test
    @DisplayName(
            "a bug fails the save and not the writer; a breakdown of the writer leaves nobody waiting")
    void outlivesBugs() {
        GroupCommit commit = commit(NEVER);
        disk.fault =
                () -> {
                    throw new IllegalStateException("a bug");
                };
        long first = change(commit);
        QubesException refusal =
                assertThrows(QubesException.class, () -> commit.awaitDurable(first));
        assertEquals(
                "the store cannot be saved because of an internal error", refusal.getMessage());
        disk.fault =
                () -> {
                    throw new StackOverflowError();
                };
        long second = change(commit);
        assertThrows(IllegalStateException.class, () -> commit.awaitDurable(second));
        assertThrows(IllegalStateException.class, () -> commit.markDirty(99));
        assertThrows(QubesException.class, commit::close);
    }

    @Test
    @DisplayName("a version is saved because someone waits for it, even if nobody marked it")
    void waitingMarks() {
        try (GroupCommit commit = commit(NEVER)) {
            now.updateAndGet(last -> new Version(7, withGlobal(last.state(), "a", "1")));
            commit.awaitDurable(7);
            assertSame(now.get().state(), disk.saved.get(0));
        }
    }

    @Test
    @DisplayName("a version that was marked before it was published is refused, not invented")
    void refusesToMarkTooEarly() {
        try (GroupCommit commit = commit(NEVER)) {
            assertThrows(QubesException.class, () -> commit.awaitDurable(1));
            assertEquals(0, commit.durableVersion());
            change(commit);
            commit.awaitDurable(change(commit));
            assertEquals(List.of(2L), announced);
        }
    }

    @Test
    @DisplayName("a listener that fails keeps nobody from being told")
    void outlivesListeners() {
        try (GroupCommit commit =
                new GroupCommit(
                        0,
                        now::get,
                        disk,
                        version -> {
                            throw new IllegalStateException("listener " + version);
                        },
                        Thread::new)) {
            commit.awaitDurable(change(commit));
        }
    }

    @Test
    @DisplayName(
            "sixteen threads that wait for each of their changes find all of them in the file, in fewer saves")
    void manyThreadsShareSaves(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("qubes.xml");
        Files.writeString(path, Stores.resource("qubes-10.xml"));
        StoreWriter text = new StoreWriter(PropertyOrder.AS_STORED);
        try (StoreFile store = StoreFile.open(path)) {
            now.set(new Version(0, store.read(new StoreReader())));
            Consumer<SystemState> saver = disk.andThen(state -> store.save(text.write(state)));
            GroupCommit commit = new GroupCommit(0, now::get, saver, announced::add, Thread::new);
            List<Future<?>> all = new ArrayList<>();
            for (int thread = 0; thread < 16; thread++) {
                String key = "thread" + thread;
                all.add(
                        others.submit(
                                () -> {
                                    for (int i = 1; i <= 20; i++) {
                                        String count = Integer.toString(i);
                                        commit.awaitDurable(
                                                publish(
                                                        commit,
                                                        state -> withGlobal(state, key, count)));
                                    }
                                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            commit.close();
            assertEquals(
                    new StoreWriter(PropertyOrder.AS_STORED).text(now.get().state()),
                    new String(store.content(), UTF_8));
            assertEquals("20", now.get().state().globals().get("thread7").text());
            assertTrue(disk.saved.size() < 16 * 20, () -> disk.saved.size() + " saves");
            assertEquals(announced.stream().sorted().distinct().toList(), announced);
            assertEquals(16 * 20, commit.durableVersion());
        }
    }

    @Test
    @EnabledIf("qubes.core.internal.store.SmallDisk#possible")
    @DisplayName("on a full disk changes are refused and kept, and are on disk once there is space")
    void keepsChangesOfAFullDisk() throws IOException {
        try (SmallDisk small = SmallDisk.mounted()) {
            Path path = small.directory().resolve("qubes.xml");
            StoreWriter text = new StoreWriter(PropertyOrder.AS_STORED);
            try (StoreFile store = StoreFile.create(path, text.write(now.get().state()))) {
                String before = new String(store.content(), UTF_8);
                Path ballast =
                        Files.write(small.directory().resolve("ballast"), new byte[1_000_000]);
                GroupCommit commit =
                        new GroupCommit(
                                0,
                                now::get,
                                state -> store.save(text.write(state)),
                                announced::add,
                                Thread::new,
                                SOON);
                long version =
                        publish(commit, state -> withGlobal(state, "a", "x".repeat(500_000)));
                QubesException refusal =
                        assertThrows(QubesException.class, () -> commit.awaitDurable(version));
                assertEquals(
                        "qubes.xml cannot be saved: the disk is full; free some space",
                        refusal.getMessage());
                assertEquals(before, new String(store.content(), UTF_8));
                Files.delete(ballast);
                commit.close();
                assertEquals(version, commit.durableVersion());
                assertEquals(Stores.write(now.get().state()), new String(store.content(), UTF_8));
            }
        }
    }

    private GroupCommit commit(Duration firstPause) {
        return new GroupCommit(
                0,
                now::get,
                disk,
                announced::add,
                run -> {
                    Thread thread = new Thread(run);
                    thread.setUncaughtExceptionHandler((dead, cause) -> {});
                    writer.set(thread);
                    return thread;
                },
                firstPause);
    }

    private long change(GroupCommit commit) {
        return publish(
                commit,
                state -> withGlobal(state, "count", Integer.toString(state.globals().hashCode())));
    }

    private long publish(GroupCommit commit, UnaryOperator<SystemState> change) {
        long version =
                now.updateAndGet(
                                last -> new Version(last.version() + 1, change.apply(last.state())))
                        .version();
        commit.markDirty(version);
        return version;
    }

    private static SystemState withGlobal(SystemState state, String property, String value) {
        return state.withGlobal(property, Optional.of(StoredValue.ofText(value)));
    }
}
