package qubes.core.internal.system;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.event.Event;
import qubes.core.internal.plugin.PluginBook;

/**
 * Looks after handlers of others' bundles that run under the model lock, where everybody's changes
 * wait for them. One that takes too long is interrupted, once; then its owner is set aside for a
 * while, so that the next change does not wait as long again.
 *
 * <p>Time is counted in ticks of the thread that watches: if the whole process stood still, nobody
 * is to blame. It rests while nothing runs, so that an idle system stays idle.
 */
final class HandlerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HandlerWatch.class);

    /** So many ticks are the limit: what is said of it is right to one part in that many. */
    private static final int TICKS = 8;

    /** The watch goes to sleep after so many ticks without anything to look after. */
    private static final int IDLE_TICKS = 100;

    /**
     * How patient it is.
     *
     * @param hold for how long a handler may hold up changes; zero: for ever
     * @param rest for how long its owner is set aside then
     */
    record Limits(Duration hold, Duration rest) {
        Limits {
            if (hold.isNegative() || rest.isNegative()) {
                throw new IllegalArgumentException(
                        "limits of handlers below zero: " + hold + ", " + rest);
            }
        }

        static Limits of(CoreConfig config) {
            return new Limits(
                    Duration.ofMillis(config.handler_limit_millis()),
                    Duration.ofSeconds(config.handler_rest_seconds()));
        }
    }

    private final BooleanSupplier underLock;
    private final Limits limits;
    private final PluginBook book;
    private final long tickNanos;
    private final long restTicks;
    private final Semaphore woken = new Semaphore(0);
    private final Map<HandlerOwner, Long> aside =
            new HashMap<>(); // owner to ticks left; guarded by this
    private volatile @Nullable Turn current; // innermost; written by who holds the model lock
    private volatile boolean dozing = true;
    private @Nullable Thread thread; // guarded by this
    private boolean closed; // guarded by this

    /**
     * @param underLock tells if the calling thread holds the model lock
     * @param book where the time of handlers is written down
     */
    HandlerWatch(BooleanSupplier underLock, Limits limits, PluginBook book) {
        this.book = book;
        this.underLock = underLock;
        this.limits = limits;
        this.tickNanos =
                Math.max(TimeUnit.MILLISECONDS.toNanos(1), limits.hold().toNanos() / TICKS);
        this.restTicks = limits.rest().toNanos() / tickNanos;
    }

    /** One handler's running, from {@link #begin} to {@link #end}, on one thread. */
    final class Turn {
        private final HandlerOwner owner;
        private final Event event;
        private final Thread runner = Thread.currentThread();
        private final @Nullable Turn outer; // in whose turn this one was called
        private final long beginNanos = System.nanoTime();
        private long innerNanos; // of those called in this one's turn, which end first
        private int ticks; // this and what follows: guarded by this
        private boolean overdue;
        private boolean ended;

        private Turn(HandlerOwner owner, Event event, @Nullable Turn outer) {
            this.owner = owner;
            this.event = event;
            this.outer = outer;
        }

        /** The handler is through, however that came. No interrupt of ours stays behind. */
        void end() {
            current = outer;
            long nanos = System.nanoTime() - beginNanos;
            if (outer != null) {
                outer.innerNanos += nanos;
            }
            owner.took(nanos - innerNanos, event);
            boolean late;
            int took;
            synchronized (this) {
                ended = true;
                late = overdue;
                took = ticks;
            }
            if (late) {
                Thread.interrupted();
            } else if (outer != null && took > 0) {
                outer.took(took); // which caused all that; of one that was late it is not to blame
            }
        }

        /** True if it took longer than allowed. */
        synchronized boolean isOverdue() {
            return overdue;
        }

        private synchronized void took(int more) {
            ticks += more;
        }

        /** True if its time ran out just now, and it was interrupted. */
        private synchronized boolean pass(int more) {
            ticks += more;
            if (ended || overdue || ticks <= TICKS) { // the first may come at once
                return false;
            }
            overdue = true;
            runner.interrupt(); // here: so that it cannot hit what comes after the end
            return true;
        }
    }

    /** True if everybody's changes wait for what the calling thread does now. */
    boolean holdsUpChanges() {
        return underLock.getAsBoolean();
    }

    PluginBook book() {
        return book;
    }

    /** A handler begins, on the thread that holds the model lock. Never blocks. */
    Turn begin(HandlerOwner owner, Event event) {
        Turn turn = new Turn(owner, event, current);
        current = turn;
        if (dozing
                && !limits.hold()
                        .isZero()) { // after current was written, as doze() reads it after it began
            // to doze
            wake();
        }
        return turn;
    }

    private synchronized void wake() {
        if (closed || !dozing) {
            return;
        }
        dozing = false; // once: a permit too many would be a tick too many
        if (thread == null) {
            thread = Threads.named("qubes-handler-watch-").newThread(this::watch);
            thread.start();
        }
        woken.release();
    }

    private void watch() {
        try {
            int idle = 0;
            while (!Thread.interrupted()) {
                idle = tick() ? 0 : idle + 1;
                if (idle <= IDLE_TICKS) {
                    woken.tryAcquire(tickNanos, TimeUnit.NANOSECONDS);
                } else {
                    doze();
                    idle = 0;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void doze() throws InterruptedException {
        dozing = true;
        if (current == null) {
            woken.acquire();
        } else {
            dozing = false;
        }
    }

    /**
     * A tick has passed.
     *
     * @return whether there is anything to look after
     */
    synchronized boolean tick() {
        Turn running = current;
        int passed = 1;
        for (Turn turn = running; turn != null; turn = turn.outer) {
            if (turn.pass(passed)) {
                setAside(turn);
            }
            passed = 0; // for those outside, until it ends: they only wait for it
        }
        bringBack(running);
        return running != null || !aside.isEmpty();
    }

    private void setAside(Turn turn) {
        HandlerOwner owner = turn.owner;
        if (!owner.canBeSetAside()) {
            log.warn(
                    "{} holds up all changes: it has been at {} for {} ms. It is interrupted, and"
                            + " the change fails",
                    owner.name(),
                    turn.event.wireName(),
                    limits.hold().toMillis(),
                    where(turn));
            return;
        }
        log.warn(
                "{} holds up all changes: it has been at {} for {} ms. It is interrupted and set"
                        + " aside for {} s: it hears of no change, and what it might refuse is"
                        + " refused",
                owner.name(),
                turn.event.wireName(),
                limits.hold().toMillis(),
                limits.rest().toSeconds(),
                where(turn));
        owner.setAside(true);
        aside.put(owner, restTicks);
    }

    private static Throwable where(Turn turn) {
        Throwable where = new Throwable("this is where it is");
        where.setStackTrace(turn.runner.getStackTrace());
        return where;
    }

    /** Those whose time is over are tried again; it begins when the handler is through. */
    private void bringBack(@Nullable Turn running) {
        for (Iterator<Map.Entry<HandlerOwner, Long>> all = aside.entrySet().iterator();
                all.hasNext(); ) {
            Map.Entry<HandlerOwner, Long> one = all.next();
            HandlerOwner owner = one.getKey();
            if (isAt(running, owner)) {
                one.setValue(restTicks);
            } else if (one.getValue() > 0) {
                one.setValue(one.getValue() - 1);
            } else {
                all.remove();
                owner.setAside(false);
                log.info("{} hears of changes again", owner.name());
            }
        }
    }

    private static boolean isAt(@Nullable Turn running, HandlerOwner owner) {
        for (Turn turn = running; turn != null; turn = turn.outer) {
            if (turn.owner == owner) {
                return true;
            }
        }
        return false;
    }

    /** Ends the thread. */
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
