package qubes.core.internal.system;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Before something that a bundle may take away. While it is open anybody may enter, without waiting
 * for others; once it is closed, those inside may finish, and nobody else gets in. Whoever is
 * inside may enter again.
 */
final class Gate {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    /** What runs when a bundle leaves gets so long to end by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What was interrupted gets so long to clean up. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Map<Thread, Integer> inside =
            new ConcurrentHashMap<>(); // thread to how often it is inside
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Set<Thread> interrupted = new HashSet<>(); // by us; guarded by lock
    private volatile boolean closed;

    /** True if the calling thread is inside now, and must {@link #exit}. Never blocks. */
    boolean enter() {
        Thread me = Thread.currentThread();
        if (inside.merge(me, 1, Integer::sum) == 1 && closed) {
            leave(me);
            return false;
        }
        return true;
    }

    /** The calling thread leaves. No interrupt of ours stays behind. */
    void exit() {
        Thread me = Thread.currentThread();
        Integer depth = inside.get(me);
        if (depth == null) {
            throw new IllegalStateException("leaves without being inside");
        }
        if (depth > 1) {
            inside.put(me, depth - 1);
        } else {
            leave(me);
        }
    }

    private void leave(Thread me) {
        inside.remove(me);
        if (!closed) {
            return;
        }
        lock.lock();
        try {
            if (interrupted.remove(me)) {
                Thread.interrupted();
            }
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Nobody enters any more. Never blocks. */
    void close() {
        closed = true;
    }

    /**
     * Closes and waits until all are out but the calling thread: by patience, then by an interrupt.
     *
     * @param what those inside are doing, for the log
     * @return true if all are out
     */
    boolean drain(String what) {
        return drain(what, deadline());
    }

    /** When those that are asked to leave now are interrupted, in {@link System#nanoTime}. */
    static long deadline() {
        return System.nanoTime() + PATIENCE.toNanos();
    }

    /** As {@link #drain(String)}, with patience until {@code deadline}. */
    boolean drain(String what, long deadline) {
        close();
        if (others().isEmpty() || awaitOthers(deadline)) {
            return true;
        }
        interruptOthers(what);
        if (awaitOthers(System.nanoTime() + GRACE.toNanos())) {
            return true;
        }
        log.error(
                "{}: does not end and is left to itself, in {}",
                what,
                others().stream().map(Thread::getName).sorted().toList());
        return false;
    }

    private List<Thread> others() {
        Thread me = Thread.currentThread();
        return inside.keySet().stream().filter(thread -> thread != me).toList();
    }

    private boolean awaitOthers(long deadline) {
        lock.lock();
        try {
            long nanos = deadline - System.nanoTime();
            while (!others().isEmpty()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = left.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return others().isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void interruptOthers(String what) {
        lock.lock();
        try {
            for (Thread thread : others()) {
                log.warn(
                        "{}: it has to leave, what still runs in {} is interrupted",
                        what,
                        thread.getName());
                interrupted.add(thread);
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
