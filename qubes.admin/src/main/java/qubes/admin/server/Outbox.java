package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.plugin.Plugins;

/**
 * Writes what callers did not take at once: the rest of long answers, and event streams. One thread
 * serves them all, so that a thousand subscribers cost memory and no threads.
 */
final class Outbox implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Outbox.class);
    private static final long SWEEP_MILLIS = 1000;
    private static final int EVENTS_PER_POLL = 1024;

    private final Connections connections;
    private final Limits limits;
    private final Plugins plugins;
    private final Selector selector;
    private final Selector hangups; // streams only, see sweep
    private final Queue<Outflow> scheduled = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final AtomicLong held = new AtomicLong(); // bytes that wait
    private final AtomicInteger subscribers = new AtomicInteger();
    private final LongAdder eventsSent = new LongAdder();
    private final LongAdder cutOffs = new LongAdder();
    private volatile boolean closed;
    private long nextSweep = System.nanoTime();

    /**
     * @param plugins told when callers are cut off, which may be somebody's fault
     */
    Outbox(Connections connections, Limits limits, Plugins plugins) throws IOException {
        this.plugins = plugins;
        this.connections = connections;
        this.limits = limits;
        this.selector = Selector.open();
        this.hangups = Selector.open();
    }

    /** Has the flow looked at soon. Never blocks. */
    void schedule(Outflow flow) {
        scheduled.add(flow);
        if (closed) {
            closeScheduled();
        } else if (awake.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** So many bytes more wait, of all callers together; fewer if negative. */
    void hold(long bytes) {
        held.addAndGet(bytes);
    }

    /** An event goes to a subscriber. */
    void countEvent() {
        eventsSent.increment();
    }

    /** A subscriber is cut off because it does not read. */
    void countCutOff() {
        cutOffs.increment();
        plugins.overrun("a subscriber that does not read them in time is cut off");
    }

    int subscribers() {
        return subscribers.get();
    }

    long eventsSent() {
        return eventsSent.sum();
    }

    long cutOffs() {
        return cutOffs.sum();
    }

    /** Ends the thread, which closes all connections it has. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try (selector;
                hangups) {
            try {
                serve();
            } finally {
                closeScheduled();
                flows(selector).forEach(this::close);
            }
        } catch (IOException e) {
            log.error("Writing to callers ended; event streams are closed", e);
        }
    }

    private void serve() throws IOException {
        while (!closed) {
            selector.select(key -> pump((Outflow) key.attachment()), pause());
            if (System.nanoTime() - nextSweep >= 0) {
                sweep();
                nextSweep = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS);
            }
            awake.set(false); // after the sweep, whose looks at the selector swallow a wake-up
            for (Outflow flow = scheduled.poll(); flow != null; flow = scheduled.poll()) {
                flow.unscheduled();
                pump(flow);
            }
            if (held.get() > limits.waitingBytes()) {
                cutOffSlowest();
            }
        }
    }

    /** For ever if nobody waits for anything. */
    private long pause() {
        return selector.keys().isEmpty() ? 0 : SWEEP_MILLIS;
    }

    /** Writes as much as the caller takes now. */
    private void pump(Outflow flow) {
        SocketChannel channel = flow.channel();
        if (!channel.isOpen()) {
            return;
        }
        try {
            register(flow);
            ByteBuffer[] batch = flow.batch();
            while (batch.length > 0) {
                flow.written(channel.write(batch));
                if (batch[batch.length - 1].hasRemaining()) {
                    flow.blocked();
                    interest(flow, SelectionKey.OP_WRITE);
                    return;
                }
                batch = flow.batch();
            }
            if (flow.finished()) {
                close(flow);
            } else {
                interest(flow, 0);
            }
        } catch (IOException e) {
            log.debug("A caller hung up", e);
            close(flow);
        }
    }

    private void register(Outflow flow) throws ClosedChannelException {
        if (flow.key == null) {
            flow.key = flow.channel().register(selector, 0, flow);
            if (flow.isStream()) {
                flow.channel().register(hangups, SelectionKey.OP_CONNECT, flow);
                subscribers.incrementAndGet();
            }
        }
    }

    private static void interest(Outflow flow, int operations) {
        SelectionKey key = flow.key;
        if (key != null && key.isValid() && key.interestOps() != operations) {
            key.interestOps(operations);
        }
    }

    /**
     * Finds callers that are gone without waiting for something to write. A subscriber has closed
     * its sending half, so it is at its end whether it listens or not, and reading tells nothing.
     * But the kernel reports a hang-up whatever one asks for, and a channel that is connected never
     * becomes ready to connect: of those asked for that, the ones that are ready hung up.
     */
    private void sweep() throws IOException {
        for (int seen = 0; seen <= hangups.keys().size(); seen += EVENTS_PER_POLL) {
            hangups.selectNow(key -> close((Outflow) key.attachment()));
        }
        long now = System.nanoTime();
        for (Outflow flow : flows(selector)) {
            if (!flow.isStream() && limits.tooLong(now - flow.progressNanos)) {
                log.warn("A caller does not read its answer; it is cut off");
                close(flow);
            }
        }
        selector.selectNow(key -> pump((Outflow) key.attachment()));
        hangups.selectNow();
    }

    /** Whoever took nothing for longest makes room. */
    private void cutOffSlowest() {
        List<Outflow> slowest = flows(selector);
        slowest.removeIf(flow -> !flow.holdsSomething());
        slowest.sort((a, b) -> Long.compare(a.progressNanos - b.progressNanos, 0));
        int count = 0;
        for (Outflow flow : slowest) {
            if (held.get() <= limits.waitingBytes()) {
                break;
            }
            close(flow);
            countCutOff();
            count++;
        }
        if (count > 0) {
            log.warn("Too much waits for callers that do not read; {} are cut off", count);
        }
    }

    /** Nobody writes them any more. */
    private void closeScheduled() {
        for (Outflow flow = scheduled.poll(); flow != null; flow = scheduled.poll()) {
            close(flow);
        }
    }

    private void close(Outflow flow) {
        SelectionKey key = flow.key;
        if (key != null) {
            if (flow.isStream() && flow.channel().isOpen()) {
                subscribers.decrementAndGet();
            }
            key.cancel();
        }
        connections.close(flow.channel());
        flow.close();
    }

    private static List<Outflow> flows(Selector from) {
        List<Outflow> flows = new ArrayList<>();
        from.keys().forEach(key -> flows.add((Outflow) key.attachment()));
        return flows;
    }
}
