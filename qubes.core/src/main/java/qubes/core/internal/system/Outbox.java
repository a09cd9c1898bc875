package qubes.core.internal.system;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.event.Event;
import qubes.core.event.EventListener;
import qubes.core.internal.plugin.PluginBook;

/**
 * Events on their way to listeners outside the model: kept in order, and handed over by one thread
 * once what they tell of is durable.
 */
final class Outbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);

    /** So many events that wait are more than come of what people do. */
    static final int MANY = 16_384;

    /** Beyond so many, whoever fires waits for them. */
    static final int MOST = 65_536;

    /** So many are taken at once, so that it shows how many wait. */
    private static final int BATCH = 1024;

    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private record Entry(Event event, long version) {}

    private final List<EventListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition taken = lock.newCondition();
    private final PluginBook book;
    private final Deque<Entry> waiting = new ArrayDeque<>(); // guarded by lock
    private final Thread courier;
    private long durable; // guarded by lock
    private boolean closed; // guarded by lock

    /**
     * @param book told when too many events wait
     */
    Outbox(PluginBook book) {
        this.book = book;
        courier = new Thread(this::deliver, "qubes-events");
        courier.setDaemon(true);
        courier.start();
    }

    AutoCloseable listen(EventListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Ends those of some classes; how many there were. */
    int forget(Predicate<Class<?>> isOf) {
        List<EventListener> left =
                listeners.stream().filter(listener -> isOf.test(listener.getClass())).toList();
        listeners.removeAll(left);
        return left.size();
    }

    /**
     * Queues an event that may be told once {@code version} is durable. If more than {@link #MOST}
     * wait the caller does so too, for 10 ms at most.
     *
     * @param patient false if the caller must not wait: it holds what others wait for
     */
    void offer(Event event, long version, boolean patient) {
        book.fired(); // also if the last listener was cut off just now
        if (listeners.isEmpty()) {
            return;
        }
        int before = queue(event, version);
        if (before == MANY || before > MOST) {
            book.overrun(MANY + " and more wait for their listeners");
        }
        if (patient && before > MOST && Thread.currentThread() != courier) {
            awaitRoom();
        }
    }

    /** Returns how many waited before it. */
    private int queue(Event event, long version) {
        lock.lock();
        try {
            int before = waiting.size();
            waiting.add(new Entry(event, version));
            if (version <= durable) {
                changed.signal();
            }
            return before;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom() {
        lock.lock();
        try {
            long nanos = HOLD_NANOS;
            while (!closed && waiting.size() > MOST && nanos > 0) {
                nanos = taken.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Releases the events up to a version. */
    void durable(long version) {
        lock.lock();
        try {
            durable = Math.max(durable, version);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void deliver() {
        try {
            while (true) {
                List<Entry> ready = takeReady();
                if (ready.isEmpty()) {
                    return;
                }
                ready.forEach(entry -> tell(entry.event()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The next events that may be told; none once closed. */
    private List<Entry> takeReady() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && (waiting.isEmpty() || waiting.peek().version() > durable)) {
                changed.await();
            }
            List<Entry> ready = new ArrayList<>();
            while (!closed
                    && ready.size() < BATCH
                    && !waiting.isEmpty()
                    && waiting.peek().version() <= durable) {
                ready.add(waiting.remove());
            }
            taken.signalAll();
            return ready;
        } finally {
            lock.unlock();
        }
    }

    private void tell(Event event) {
        for (EventListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                log.error("A listener failed on {}", event.wireName(), e);
            }
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
            taken.signalAll();
        } finally {
            lock.unlock();
        }
        courier.interrupt();
    }
}
