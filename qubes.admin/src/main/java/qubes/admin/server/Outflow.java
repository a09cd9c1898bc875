package qubes.admin.server;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.wire.Frames;
import qubes.core.admin.EventSink;
import qubes.core.event.Event;

/**
 * What is still to be sent to one caller. Anybody may add to it, only the {@link Outbox} writes. A
 * caller that takes nothing while more waits than allowed is cut off: what waits is dropped and the
 * connection is closed.
 */
final class Outflow implements EventSink {
    private static final Logger log = LoggerFactory.getLogger(Outflow.class);
    private static final int BATCH = 64;

    /** What a frame that waits takes besides its bytes. */
    private static final int OVERHEAD = 64;

    /**
     * A burst that comes faster than the outbox writes may be larger than what waits for a slow
     * caller.
     */
    private static final long BURST_FACTOR = 16;

    /** What the outbox alone looks at. */
    @Nullable SelectionKey key;

    /** When the caller last took something or had nothing to take, by {@link System#nanoTime}. */
    volatile long progressNanos = System.nanoTime();

    private final SocketChannel channel;
    private final Outbox outbox;
    private final EventFrames frames;
    private final boolean stream;
    private final long limitBytes;
    private final Deque<ByteBuffer> waiting =
            new ArrayDeque<>(); // this and what follows: guarded by this
    private long waitingBytes;
    private boolean begun;
    private boolean scheduled;
    private boolean ended;
    private boolean blocked; // the caller did not take all it was sent
    private @Nullable AutoCloseable subscription;

    private Outflow(
            SocketChannel channel,
            Outbox outbox,
            EventFrames frames,
            boolean stream,
            long limitBytes) {
        this.channel = channel;
        this.outbox = outbox;
        this.frames = frames;
        this.stream = stream;
        this.limitBytes = limitBytes;
    }

    /** The rest of an answer, after which the connection is closed. */
    static Outflow rest(
            SocketChannel channel, Outbox outbox, EventFrames frames, ByteBuffer[] rest) {
        Outflow flow = new Outflow(channel, outbox, frames, false, Long.MAX_VALUE / BURST_FACTOR);
        for (ByteBuffer part : rest) {
            flow.offer(part);
        }
        flow.ended = true;
        return flow;
    }

    /** A stream, of which nothing is sent before {@link #begin}. */
    static Outflow stream(
            SocketChannel channel, Outbox outbox, EventFrames frames, long limitBytes) {
        Outflow flow = new Outflow(channel, outbox, frames, true, limitBytes);
        flow.offer(ByteBuffer.wrap(Frames.established()));
        return flow;
    }

    SocketChannel channel() {
        return channel;
    }

    /** True for a stream, which lasts until the caller hangs up. */
    boolean isStream() {
        return stream;
    }

    /** As {@link #begin}, of a stream that is closed at once. */
    synchronized void feeds(AutoCloseable feeds) {
        subscription = feeds;
    }

    /** Sends what waits and what will come; {@code feeds} is closed when the caller is gone. */
    void begin(@Nullable AutoCloseable feeds) {
        synchronized (this) {
            subscription = feeds;
            begun = true;
            scheduled = true;
        }
        outbox.schedule(this);
    }

    @Override
    public void send(Event event) {
        outbox.countEvent();
        offer(ByteBuffer.wrap(frames.of(event)));
    }

    @Override
    public void fail(RuntimeException reason) {
        if (Frames.isSent(reason)) {
            offer(ByteBuffer.wrap(Frames.exception(reason, false)));
        } else {
            log.error("An event stream failed", reason);
        }
        end();
    }

    private void offer(ByteBuffer frame) {
        synchronized (this) {
            if (ended) {
                return;
            }
            if (waiting.isEmpty()) {
                progressNanos = System.nanoTime();
            }
            hold(frame.remaining() + OVERHEAD);
            if (waitingBytes > limitBytes
                    && (blocked || waitingBytes > BURST_FACTOR * limitBytes)) {
                log.warn("An event subscriber does not read; it is cut off");
                outbox.countCutOff();
                dropWaiting();
                ended = true;
            } else {
                waiting.add(frame);
            }
            if (!begun || scheduled) {
                return;
            }
            scheduled = true;
        }
        outbox.schedule(this);
    }

    private void end() {
        synchronized (this) {
            ended = true;
            if (!begun || scheduled) {
                return;
            }
            scheduled = true;
        }
        outbox.schedule(this);
    }

    /** Called by the outbox when it takes the flow out of its queue. */
    synchronized void unscheduled() {
        scheduled = false;
    }

    /** What to write next; empty if nothing waits. */
    synchronized ByteBuffer[] batch() {
        ByteBuffer[] batch = new ByteBuffer[Math.min(waiting.size(), BATCH)];
        Iterator<ByteBuffer> next = waiting.iterator();
        for (int i = 0; i < batch.length; i++) {
            batch[i] = next.next();
        }
        return batch;
    }

    /** Forgets what was written in full. */
    synchronized void written(long bytes) {
        hold(-bytes);
        blocked = false;
        progressNanos = System.nanoTime();
        while (!waiting.isEmpty() && !waiting.element().hasRemaining()) {
            waiting.remove();
            hold(-OVERHEAD);
        }
    }

    private void hold(long bytes) {
        waitingBytes += bytes;
        outbox.hold(bytes);
    }

    private void dropWaiting() {
        waiting.clear();
        hold(-waitingBytes);
    }

    /** Whether anything waits. */
    synchronized boolean holdsSomething() {
        return waitingBytes > 0;
    }

    /** Called when the caller takes no more for now. */
    synchronized void blocked() {
        blocked = true;
    }

    /** True if nothing waits and nothing will come. */
    synchronized boolean finished() {
        return ended && waiting.isEmpty();
    }

    /** The caller is gone: nobody need feed this any more. */
    void close() {
        AutoCloseable feeds;
        synchronized (this) {
            ended = true;
            dropWaiting();
            feeds = subscription;
            subscription = null;
        }
        if (feeds != null) {
            try {
                feeds.close();
            } catch (Exception e) {
                log.error("An event stream did not end as it should", e);
            }
        }
    }
}
