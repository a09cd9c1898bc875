package qubes.core.internal.system;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.state.SystemState;

/**
 * The one mutable place: the current state, and the lock that writers take. Readers take the
 * current state and wait for nobody. What the store writes is the state at the end of the outermost
 * write, so no half-done change reaches the disk.
 */
final class Model {
    private static final Logger log = LoggerFactory.getLogger(Model.class);
    static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int AT_A_TIME = 100;

    /** A state that a finished write left behind; versions count such writes. */
    record Committed(SystemState state, long version) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final LongConsumer onCommit;
    private volatile SystemState state;
    private volatile Committed committed;
    private boolean dirty; // the running write changed something; guarded by lock
    private boolean deriving; // what it changes follows from what is stored; guarded by lock

    /**
     * @param onCommit given the version, under the lock at the end of each outermost write that
     *     changed something; must not block
     */
    Model(SystemState initial, LongConsumer onCommit) {
        this.state = initial;
        this.committed = new Committed(initial, 0);
        this.onCommit = onCommit;
    }

    /** The current state; immutable, never blocks. */
    SystemState state() {
        return state;
    }

    /** The state after the last finished write, and its version. */
    Committed committed() {
        return committed;
    }

    /**
     * The version that the current state has, or will have once the running write is finished; only
     * a thread that holds the lock gets a useful answer.
     */
    long version() {
        return committed.version() + (dirty && !deriving ? 1 : 0);
    }

    /**
     * Runs a change on the caller's thread. May wait for other writers, microseconds; {@code
     * change} does no I/O.
     */
    void write(Runnable change) {
        lock.lock();
        long begin = lock.getHoldCount() == 1 ? System.nanoTime() : 0;
        try {
            change.run();
        } finally {
            try {
                if (lock.getHoldCount() == 1) {
                    commit();
                    warnIfSlow(System.nanoTime() - begin);
                }
            } finally {
                lock.unlock(); // also if the store is closed and takes no more
            }
        }
    }

    /**
     * As {@link #write}, for what follows from what is stored and would follow again: it is no
     * reason to write the store, and goes to the disk along with the next change. Inside another
     * write it is part of that.
     */
    void derive(Runnable change) {
        write(
                () -> {
                    boolean outermost = lock.getHoldCount() == 1;
                    deriving |= outermost;
                    try {
                        change.run();
                    } finally {
                        if (outermost) {
                            dirty = false;
                            deriving = false;
                            committed = new Committed(state, committed.version());
                        }
                    }
                });
    }

    /**
     * As {@link #derive}, for each of many: a hundred at a time, since each wait for the lock may
     * be long while others write, and so that others get their turn in between.
     */
    <T> void deriveEach(List<T> items, Consumer<T> change) {
        for (int from = 0; from < items.size(); from += AT_A_TIME) {
            List<T> some = items.subList(from, Math.min(from + AT_A_TIME, items.size()));
            derive(() -> some.forEach(change));
        }
    }

    /** Replaces the state; called inside {@link #write}. */
    void update(UnaryOperator<SystemState> change) {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("the state changes under the model lock only");
        }
        state = change.apply(state);
        dirty = true;
    }

    /** True if the calling thread holds the lock. */
    boolean heldByCaller() {
        return lock.isHeldByCurrentThread();
    }

    private void commit() {
        if (dirty) {
            dirty = false;
            committed = new Committed(state, committed.version() + 1);
            onCommit.accept(committed.version());
        }
    }

    private static void warnIfSlow(long nanos) {
        if (nanos > SLOW_NANOS) {
            log.warn(
                    "The model was locked for {} ms by {}",
                    nanos / 1_000_000,
                    Thread.currentThread().getName());
        }
    }
}
