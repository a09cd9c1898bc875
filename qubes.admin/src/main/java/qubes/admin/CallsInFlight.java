package qubes.admin;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;

/**
 * The calls that one method answers at the moment. When the method leaves they get ten seconds to
 * end by themselves and then an interrupt; the caller of one that does not end even so gets an
 * error and waits no longer.
 */
final class CallsInFlight {
    private static final Logger log = LoggerFactory.getLogger(CallsInFlight.class);
    private static final long PATIENCE_NANOS =
            TimeUnit.SECONDS.toNanos(9); // with what follows: ten
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String method;
    private final Map<Thread, Runnable> running =
            new HashMap<>(); // thread to what gives up on its call; this and the rest: guarded by
    // this
    private final Map<AutoCloseable, Runnable> streams =
            new IdentityHashMap<>(); // what feeds a caller's stream to what ends it
    private boolean leaving;
    private boolean interrupting;

    CallsInFlight(String method) {
        this.method = method;
    }

    /**
     * The calling thread begins to answer a call.
     *
     * @param giveUp tells the caller that there will be no answer
     * @throws QubesException if the method has left meanwhile
     */
    synchronized void begin(Runnable giveUp) {
        if (leaving) {
            throw left();
        }
        running.put(Thread.currentThread(), giveUp);
    }

    /**
     * It is through.
     *
     * @return true if it was interrupted, since the method leaves; that stays not behind
     */
    synchronized boolean end() {
        running.remove(Thread.currentThread());
        notifyAll();
        if (interrupting) {
            Thread.interrupted();
        }
        return interrupting;
    }

    /**
     * A call began a stream, which the method feeds until it leaves.
     *
     * @param feeds closed when the caller is gone
     * @param end ends the stream
     * @return to be closed in place of {@code feeds}
     */
    AutoCloseable follow(AutoCloseable feeds, Runnable end) {
        boolean late;
        synchronized (this) {
            late = leaving;
            streams.put(feeds, end);
        }
        if (late) {
            end.run();
        }
        return () -> {
            synchronized (this) {
                streams.remove(feeds);
            }
            feeds.close();
        };
    }

    private synchronized List<Runnable> ends() {
        return List.copyOf(streams.values());
    }

    /** What a caller is told whose call was not answered. */
    QubesException left() {
        return new QubesException(
                method
                        + " is not there any more: the bundle that provides it was stopped before the"
                        + " call was answered; it may still have its effect");
    }

    /**
     * No call begins any more; returns once all but the calling thread's are through, and streams
     * have ended.
     */
    void leave() {
        endCalls();
        ends().forEach(Runnable::run);
    }

    private synchronized void endCalls() {
        leaving = true;
        if (awaitOthers(PATIENCE_NANOS)) {
            return;
        }
        log.warn("Method {} leaves, {} calls of it are interrupted", method, running.size());
        interrupting = true;
        others().forEach((thread, giveUp) -> thread.interrupt());
        if (awaitOthers(GRACE_NANOS)) {
            return;
        }
        Map<Thread, Runnable> rest = others();
        log.error("Method {} left, {} calls of it do not end", method, rest.size());
        rest.values().forEach(Runnable::run);
    }

    private boolean awaitOthers(long patienceNanos) {
        long deadline = System.nanoTime() + patienceNanos;
        try {
            while (!others().isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return others().isEmpty();
        }
    }

    private Map<Thread, Runnable> others() {
        Map<Thread, Runnable> others = new HashMap<>(running);
        others.remove(Thread.currentThread());
        return others;
    }
}
