package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TimersTest {
    private static final Runnable NOTHING = () -> {};

    private final Timers timers = new Timers(InstantSource.system(), Runnable::run);

    @AfterEach
    void close() {
        timers.close();
    }

    @Test
    @DisplayName("what is due is done at once, on another thread")
    void doesWhatIsDue() {
        CompletableFuture<Thread> done = new CompletableFuture<>();
        timers.at(Instant.EPOCH, () -> done.complete(Thread.currentThread()));
        assertNotEquals(Thread.currentThread(), done.join());
    }

    @Test
    @DisplayName("what is to come is done when the clock says so, and not before")
    void waits() {
        Instant when = Instant.now().plusMillis(50);
        CompletableFuture<Instant> done = new CompletableFuture<>();
        timers.at(when, () -> done.complete(Instant.now()));
        assertTrue(!done.join().isBefore(when));
    }

    @Test
    @DisplayName("what fails keeps nothing else from being done")
    void survivesFailures() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(2);
        timers.at(
                Instant.EPOCH,
                () -> {
                    done.countDown();
                    throw new IllegalStateException("fails");
                });
        timers.at(Instant.EPOCH, done::countDown);
        done.await();
        assertEquals(0, done.getCount());
    }

    @Test
    @DisplayName("what is cancelled is not waited for")
    void cancels() {
        Instant later = Instant.now().plus(Duration.ofDays(1));
        Schedule.Alarm first = timers.at(later, NOTHING);
        timers.at(Instant.MAX, NOTHING);
        assertEquals(2, timers.pending());
        first.cancel();
        first.cancel();
        assertEquals(1, timers.pending());
    }

    @Test
    @DisplayName("one thread waits for all, and none once it is closed")
    void leavesNoThread() throws InterruptedException {
        for (int i = 0; i < 10; i++) {
            timers.at(Instant.now().plus(Duration.ofDays(1)), NOTHING);
        }
        CompletableFuture<Thread> waiting = new CompletableFuture<>();
        timers.at(Instant.EPOCH, () -> waiting.complete(Thread.currentThread()));
        CompletableFuture<Thread> same = new CompletableFuture<>();
        timers.at(Instant.EPOCH, () -> same.complete(Thread.currentThread()));
        assertEquals(waiting.join(), same.join());
        timers.close();
        waiting.join().join();
        assertEquals(0, timers.pending());
        List<String> done = new ArrayList<>();
        timers.at(Instant.EPOCH, () -> done.add("late")).cancel();
        assertEquals(List.of(), done);
    }
}
