package qubes.vm.dispvm;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.vm.Qubes;

/**
 * Runs what is to happen elsewhere or later, on the system's threads; one thread of its own only
 * tells when the time has come. What fails is logged. Once closed, nothing starts any more.
 */
final class Later implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Later.class);

    private final ScheduledExecutorService clock;
    private final Runnable stopClock;
    private volatile boolean closed;

    /** With a clock of its own, whose thread begins with the first wait. */
    Later() {
        ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(1, Later::thread);
        this.clock = own;
        this.stopClock = own::shutdownNow;
    }

    /** With somebody's clock, which is left running. */
    Later(ScheduledExecutorService clock) {
        this.clock = clock;
        this.stopClock = () -> {};
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "qubes-preload-clock");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Runs {@code action} on another thread, now.
     *
     * @param what for the log
     */
    void now(Qubes qubes, String what, Runnable action) {
        if (closed) {
            return;
        }
        try {
            qubes.executor().execute(() -> contained(what, action));
        } catch (RejectedExecutionException e) {
            log.debug("{}: the system stops", what);
        }
    }

    /** As {@link #now}, after a while. Does not block. */
    void after(Duration delay, Qubes qubes, String what, Runnable action) {
        if (delay.isZero()) {
            now(qubes, what, action);
            return;
        }
        try {
            clock.schedule(() -> now(qubes, what, action), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("{}: preloading stops", what);
        }
    }

    private void contained(String what, Runnable action) {
        try {
            action.run();
        } catch (QubesException e) {
            log.warn("{} failed: {}", what, e.getMessage());
        } catch (RuntimeException e) {
            if (closed) {
                log.debug("{} was cut off", what, e);
            } else {
                log.error("{} failed", what, e);
            }
        }
    }

    /** Forgets what waits; what runs, runs on. */
    @Override
    public void close() {
        closed = true;
        stopClock.run();
    }
}
