package qubes.core.internal.system;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs things at a time of the clock on the wall. One thread waits for all of them; it looks at the
 * clock once a minute at least, since the host may have slept or its clock been set, and hands what
 * is due to workers.
 *
 * <p>Safe for use by several threads.
 */
final class Timers implements Schedule {
    private static final Logger log = LoggerFactory.getLogger(Timers.class);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final Executor workers;
    private final ScheduledThreadPoolExecutor waiting;

    /**
     * @param workers runs what is due
     */
    Timers(InstantSource clock, Executor workers) {
        this.clock = clock;
        this.workers = workers;
        waiting = new ScheduledThreadPoolExecutor(1, Threads.named("qubes-timer-"));
        waiting.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Instant now() {
        return clock.instant();
    }

    @Override
    public Alarm at(Instant when, Runnable action) {
        Waiting alarm = new Waiting(when, action);
        alarm.arm();
        return alarm;
    }

    /** How many alarms are waited for. */
    int pending() {
        return waiting.getQueue().size();
    }

    /** Forgets all alarms and ends the thread. */
    void close() {
        waiting.shutdownNow();
    }

    private final class Waiting implements Alarm, Runnable {
        private final Instant when;
        private final Runnable action;
        private @Nullable Future<?> next;
        private boolean cancelled;

        Waiting(Instant when, Runnable action) {
            this.when = when;
            this.action = action;
        }

        synchronized void arm() {
            if (cancelled) {
                return;
            }
            Duration left = Duration.between(clock.instant(), when);
            Duration wait = left.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : left;
            long millis = wait.isNegative() ? 0 : wait.toMillis() + 1; // not a moment too early
            try {
                next = waiting.schedule(this, millis, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                log.debug("Nothing is waited for any more", e); // the system closes
            }
        }

        @Override
        public void run() {
            if (clock.instant().isBefore(when)) {
                arm();
            } else {
                workers.execute(this::perform);
            }
        }

        private void perform() {
            try {
                action.run();
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("What was to be done at {} failed", when, e);
            }
        }

        @Override
        public synchronized void cancel() {
            cancelled = true;
            if (next != null) {
                next.cancel(false);
            }
        }
    }
}
