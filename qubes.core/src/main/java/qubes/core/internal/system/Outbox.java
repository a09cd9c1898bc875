package qubes.core.internal.system;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.event.Event;
import qubes.core.event.EventListener;

/**
 * Events on their way to listeners outside the model: kept in order, and handed over by one thread
 * once what they tell of is durable.
 */
final class Outbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);

    private record Entry(Event event, long version) {}

    private final List<EventListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> waiting = new ArrayDeque<>(); // guarded by lock
    private final Thread courier;
    private long durable; // guarded by lock
    private boolean closed; // guarded by lock

    Outbox() {
        courier = new Thread(this::deliver, "qubes-events");
        courier.setDaemon(true);
        courier.start();
    }

    AutoCloseable listen(EventListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Queues an event that may be told once {@code version} is durable. Never blocks. */
    void offer(Event event, long version) {
        if (listeners.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            waiting.add(new Entry(event, version));
            if (version <= durable) {
                changed.signal();
            }
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
            while (!closed && !waiting.isEmpty() && waiting.peek().version() <= durable) {
                ready.add(waiting.remove());
            }
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
        } finally {
            lock.unlock();
        }
        courier.interrupt();
    }
}
