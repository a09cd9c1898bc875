package qubes.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A clock for components that wait: nothing happens by itself. A test sees what is to happen and
 * after which delay, and lets it happen when it likes.
 */
public final class ManualClock extends ScheduledThreadPoolExecutor {
    private record Waiting(Duration delay, Runnable action) {}

    private final List<Waiting> waiting = new ArrayList<>(); // guarded by this

    /** A clock on which nothing waits. */
    public ManualClock() {
        super(1);
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
        if (isShutdown()) {
            throw new RejectedExecutionException("the clock is shut down");
        }
        waiting.add(new Waiting(Duration.of(delay, unit.toChronoUnit()), action));
        return super.schedule(() -> {}, 0, unit); // a future that nobody waits for
    }

    /** {@return the delays of what waits, in the order it was asked for} */
    public synchronized List<Duration> delays() {
        return waiting.stream().map(Waiting::delay).toList();
    }

    /** Runs what waits now, on the calling thread, in the order it was asked for. */
    public void elapse() {
        List<Waiting> due;
        synchronized (this) {
            due = List.copyOf(waiting);
            waiting.clear();
        }
        due.forEach(one -> one.action().run());
    }
}
