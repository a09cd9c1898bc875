package qubes.admin.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the calls that are being answered and finds those that take too long. Such a call first
 * loses its place to others, and its method is suspected; when its time is up its caller gets an
 * error. What it does is never interrupted: that would close the files and sockets it is at.
 *
 * <p>Looks twenty times a second, and not at all while there are no calls.
 */
final class Watch implements Runnable, AutoCloseable {
    /** What is done about a call that takes too long; none of it blocks. */
    interface Consequences {
        /** It holds up others from now on. */
        void late(Exchange exchange);

        /** Its caller has waited long enough. */
        void overdue(Exchange exchange);
    }

    private static final Logger log = LoggerFactory.getLogger(Watch.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int IDLE_TICKS = 20;

    /** How long a call may take on a thread that reads requests. */
    private static final long INSTANT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long one may take elsewhere before another gets its place. */
    private static final long BRIEF_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Limits limits;
    private final Consequences consequences;
    private final Set<Worker> workers = ConcurrentHashMap.newKeySet();
    private final Set<Exchange> elsewhere = ConcurrentHashMap.newKeySet(); // in lanes
    private volatile boolean asleep;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    Watch(Limits limits, Consequences consequences) {
        this.limits = limits;
        this.consequences = consequences;
    }

    /** Looks at what this one does from now on. */
    void add(Worker worker) {
        workers.add(worker);
    }

    void remove(Worker worker) {
        workers.remove(worker);
    }

    /** Looks at a call that others than the workers answer. */
    void add(Exchange exchange) {
        elsewhere.add(exchange);
        callBegins();
    }

    void remove(Exchange exchange) {
        elsewhere.remove(exchange);
    }

    /** There is something to look at. Costs a few nanoseconds. */
    void callBegins() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    /** How many calls take longer than they may, and are still at it. */
    int stuck() {
        long now = System.nanoTime();
        int count = 0;
        for (Worker worker : workers) {
            Exchange exchange = worker.current();
            if (exchange != null && exchange.runningNanos(now) > INSTANT_NANOS) {
                count++;
            }
        }
        for (Exchange exchange : elsewhere) {
            if (exchange.runner().isPresent() && exchange.runningNanos(now) > BRIEF_NANOS) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        int idle = 0;
        while (!closed) {
            idle = look() ? 0 : idle + 1;
            if (idle < IDLE_TICKS) {
                LockSupport.parkNanos(this, TICK_NANOS);
                continue;
            }
            asleep = true;
            if (!look() && !closed) {
                LockSupport.park(this);
            }
            asleep = false;
            idle = 0;
        }
    }

    /** True if there was anything to look at. */
    private boolean look() {
        boolean any = false;
        long now = System.nanoTime();
        for (Worker worker : workers) {
            Exchange exchange = worker.current();
            if (exchange != null) {
                any = true;
                try {
                    if (exchange.runningNanos(now) > INSTANT_NANOS) {
                        exchange.served().ifPresent(method -> method.suspect());
                        worker.replace();
                    }
                    expire(exchange, now);
                } catch (RuntimeException e) {
                    log.error("A call that takes too long could not be seen to", e);
                }
            }
        }
        for (Exchange exchange : elsewhere) {
            any = true;
            try {
                if (exchange.runner().isPresent() && exchange.runningNanos(now) > BRIEF_NANOS) {
                    exchange.served().ifPresent(method -> method.suspect());
                    consequences.late(exchange);
                }
                expire(exchange, now);
            } catch (RuntimeException e) {
                log.error("A call that takes too long could not be seen to", e);
            }
        }
        return any;
    }

    private void expire(Exchange exchange, long now) {
        if (limits.overdue(now - exchange.arrivedNanos())
                && exchange.hasDeadline()
                && exchange.claim()) {
            consequences.overdue(exchange);
        }
    }
}
