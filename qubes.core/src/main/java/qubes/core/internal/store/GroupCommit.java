package qubes.core.internal.store;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.state.SystemState;

/**
 * Turns a stream of changes into saves, made by one thread one after the other. Changes that come
 * while a save runs share the next one. What fails is tried again, at the next change and after a
 * while, so that memory and disk never part for longer than the disk refuses.
 *
 * <p>Safe for use by several threads.
 */
public final class GroupCommit implements AutoCloseable {
    /**
     * A state and which one it is.
     *
     * @param version grows with every change
     */
    public record Version(long version, SystemState state) {}

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Supplier<Version> newest;
    private final Consumer<SystemState> saver;
    private final LongConsumer onDurable;
    private final Duration firstPause;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition(); // for the writer
    private final Condition progress = lock.newCondition(); // for who waits for it

    // under the lock, versions
    private long requested; // that must come to the disk
    private long attempted; // that a save was tried for
    private long durable; // on disk
    private @Nullable QubesException failure; // of the last save, if it failed
    private boolean closing;
    private boolean lastTry; // was made, or begun
    private boolean ended;

    private @Nullable SystemState saved; // by the writer only

    /**
     * Starts the writer.
     *
     * @param durable the version that is on disk already
     * @param newest the current state; a change is in it before it is marked here
     * @param saver makes a state durable; blocks, and throws {@link QubesException} if it cannot
     * @param onDurable told each version that was saved, in ascending order, on the writer's
     *     thread, before those who wait for it go on; must not block
     * @param threads makes the writer's thread
     */
    public GroupCommit(
            long durable,
            Supplier<Version> newest,
            Consumer<SystemState> saver,
            LongConsumer onDurable,
            ThreadFactory threads) {
        this(durable, newest, saver, onDurable, threads, Duration.ofSeconds(1));
    }

    /**
     * @param firstPause after a failed save, before the next attempt; doubles with each further
     *     failure
     */
    GroupCommit(
            long durable,
            Supplier<Version> newest,
            Consumer<SystemState> saver,
            LongConsumer onDurable,
            ThreadFactory threads,
            Duration firstPause) {
        this.requested = durable;
        this.attempted = durable;
        this.durable = durable;
        this.newest = newest;
        this.saver = saver;
        this.onDurable = onDurable;
        this.firstPause = firstPause;
        threads.newThread(this::run).start();
    }

    /**
     * Tells that a version was published and is to be saved. Does not block.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public void markDirty(long version) {
        lock.lock();
        try {
            request(version);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a version that was published is on disk, or a save that should have held it
     * failed. Blocks while the disk does; an interrupt is kept for later.
     *
     * @throws QubesException if the save failed. The change is in effect and is going to be saved
     *     when that is possible
     * @throws IllegalStateException if nobody is going to save it, after {@link #close}
     */
    public void awaitDurable(long version) {
        lock.lock();
        try {
            while (durable < version) {
                if (failure != null && attempted >= version) {
                    throw new QubesException(String.valueOf(failure.getMessage()), failure);
                }
                if (ended) {
                    throw new IllegalStateException(
                            "the store's writer has ended, version " + version + " is not saved");
                }
                if (requested < version) {
                    request(version);
                }
                progress.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The newest version that is on disk. Does not block. */
    public long durableVersion() {
        lock.lock();
        try {
            return durable;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Saves what is not yet saved and ends the writer. Blocks while the disk does; calling it again
     * does no more than wait.
     *
     * @throws QubesException if changes could not be saved, and are lost when the process ends
     */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signal();
            while (!ended) {
                progress.awaitUninterruptibly();
            }
            if (durable < requested) {
                throw failure == null
                        ? new QubesException(
                                "changes are not saved, because the store's writer broke down")
                        : new QubesException(
                                "changes are not saved: " + failure.getMessage(), failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void request(long version) {
        if (closing) {
            throw new IllegalStateException("the store is closed");
        }
        requested = Math.max(requested, version);
        work.signal();
    }

    private void run() {
        try {
            Duration pause = firstPause;
            while (awaitWork(pause)) {
                pause = saveOnce() ? firstPause : longer(pause);
            }
        } finally {
            lock.lock();
            try {
                ended = true;
                closing = true;
                progress.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits for a change that no save was tried for or, if the last save failed, for the pause to
     * pass.
     *
     * @return false if it is time to end
     */
    private boolean awaitWork(Duration pause) {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (attempted >= requested) {
                if (closing) {
                    boolean retry = durable < requested && !lastTry;
                    lastTry = true;
                    return retry;
                }
                if (failure == null) {
                    work.awaitUninterruptibly();
                } else if (left <= 0) {
                    return true;
                } else {
                    left = awaitNanos(left);
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a change for a while. An interrupt means nothing to the writer, which ends by
     * {@link #close} only.
     */
    @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
    private long awaitNanos(long nanos) {
        try {
            return work.awaitNanos(nanos);
        } catch (InterruptedException e) {
            log.debug("The store's writer was interrupted and goes on", e);
            return 0;
        }
    }

    private boolean saveOnce() {
        long wanted;
        lock.lock();
        try {
            wanted = requested;
        } finally {
            lock.unlock();
        }
        Version now = newest.get();
        QubesException refusal = now.version() < wanted ? missing(wanted) : save(now.state());
        if (refusal == null) {
            announce(now.version());
        } else {
            log.error(
                    "The store is not saved, trying again later: {}",
                    refusal.getMessage(),
                    refusal);
        }
        lock.lock();
        try {
            if (refusal == null) {
                durable = Math.max(durable, now.version());
                if (failure != null) {
                    log.info("The store is saved again");
                }
            }
            attempted = Math.max(wanted, now.version());
            failure = refusal;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
        return refusal == null;
    }

    private @Nullable QubesException save(SystemState state) {
        try {
            if (!isSaved(state)) {
                saver.accept(state);
                saved = state;
            }
            return null;
        } catch (QubesException e) {
            return e;
        } catch (RuntimeException e) {
            return new QubesException("the store cannot be saved because of an internal error", e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // states are many and large
    private boolean isSaved(SystemState state) {
        return state == saved;
    }

    private static QubesException missing(long wanted) {
        return new QubesException(
                "the store cannot be saved because of an internal error",
                new IllegalStateException(
                        "version " + wanted + " was marked before it was published"));
    }

    private void announce(long version) {
        try {
            onDurable.accept(version);
        } catch (RuntimeException e) {
            log.error("A listener to durable versions failed", e);
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
