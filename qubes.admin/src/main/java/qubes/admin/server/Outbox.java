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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private final Backlog backlog;
    private final Selector selector;
    private final Selector hangups; // streams only, see sweep
    private final Queue<Outflow> scheduled = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean closed;
    private long nextSweep = System.nanoTime();

    Outbox(Connections connections, Limits limits, Backlog backlog) throws IOException {
        this.connections = connections;
        this.limits = limits;
        this.backlog = backlog;
        this.selector = Selector.open();
        this.hangups = Selector.open();
    }

    Limits limits() {
        return limits;
    }

    /** What waits in all flows. */
    Backlog backlog() {
        return backlog;
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

    /** Nobody writes them any more. */
    private void closeScheduled() {
        for (Outflow flow = scheduled.poll(); flow != null; flow = scheduled.poll()) {
            close(flow);
        }
    }

    private void close(Outflow flow) {
        SelectionKey key = flow.key;
        if (key != null) {
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
