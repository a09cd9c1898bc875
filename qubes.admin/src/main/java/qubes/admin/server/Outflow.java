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

    /** What it takes to hold a frame, besides the frame. */
    private static final int ENTRY_BYTES = 8;

    /**
     * A burst that comes faster than the outbox writes may be larger than what waits for a slow
     * caller.
     */
    private static final long BURST_FACTOR = 16;

    /** What the outbox alone looks at. */
    @Nullable SelectionKey key;

    /** When the caller last took something, in {@link System#nanoTime}. */
    long progressNanos = System.nanoTime();

    private final SocketChannel channel;
    private final Outbox outbox;
    private final EventFrames frames;
    private final boolean stream;
    private final Limits limits;
    private final Backlog backlog;
    private final Deque<byte[]> waiting =
            new ArrayDeque<>(); // this and what follows: guarded by this
    private int taken; // of the first of those, how many bytes the caller took
    private long waitingBytes;
    private boolean begun;
    private boolean scheduled;
    private boolean ended;
    private boolean blocked; // the caller did not take all it was sent
    private @Nullable AutoCloseable subscription;

    private Outflow(SocketChannel channel, Outbox outbox, EventFrames frames, boolean stream) {
        this.channel = channel;
        this.outbox = outbox;
        this.frames = frames;
        this.stream = stream;
        this.limits = outbox.limits();
        this.backlog = outbox.backlog();
    }

    /** The rest of an answer, after which the connection is closed. */
    static Outflow rest(SocketChannel channel, Outbox outbox, EventFrames frames, ByteBuffer rest) {
        Outflow flow = new Outflow(channel, outbox, frames, false);
        byte[] bytes = new byte[rest.remaining()];
        rest.get(bytes);
        flow.offer(bytes);
        flow.ended = true;
        return flow;
    }

    /** A stream, of which nothing is sent before {@link #begin}. */
    static Outflow stream(SocketChannel channel, Outbox outbox, EventFrames frames) {
        Outflow flow = new Outflow(channel, outbox, frames, true);
        flow.offer(Frames.established());
        return flow;
    }

    SocketChannel channel() {
        return channel;
    }

    /** True for a stream, which lasts until the caller hangs up. */
    boolean isStream() {
        return stream;
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
        offer(frames.of(event));
    }

    @Override
    public void fail(RuntimeException reason) {
        if (Frames.isSent(reason)) {
            offer(Frames.exception(reason, false));
        } else {
            log.error("An event stream failed", reason);
        }
        end();
    }

    /**
     * @param frame shared by all who are sent it, and not to be changed: a thousand subscribers
     *     that do not read hold it once
     */
    private void offer(byte[] frame) {
        synchronized (this) {
            if (ended) {
                return;
            }
            count(frame.length + (long) ENTRY_BYTES);
            if (tooMuch()) {
                log.warn("An event subscriber does not read; it is cut off");
                forget();
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
        Iterator<byte[]> next = waiting.iterator();
        for (int i = 0; i < batch.length; i++) {
            batch[i] = ByteBuffer.wrap(next.next());
        }
        if (batch.length > 0) {
            batch[0].position(taken);
        }
        return batch;
    }

    /** Forgets what was written. */
    synchronized void written(long bytes) {
        blocked = false;
        progressNanos = System.nanoTime();
        long left = taken + bytes;
        while (!waiting.isEmpty() && left >= waiting.element().length) {
            int length = waiting.remove().length;
            left -= length;
            count(-length - (long) ENTRY_BYTES);
        }
        taken = (int) left;
    }

    private void count(long bytes) {
        waitingBytes += bytes;
        backlog.add(bytes);
    }

    private void forget() {
        waiting.clear();
        taken = 0;
        count(-waitingBytes);
    }

    /**
     * A caller that does not take what it is sent may let so much wait, and all such callers
     * together so much; one that takes it has more time.
     */
    private boolean tooMuch() {
        if (!stream) {
            return false;
        }
        return blocked
                ? waitingBytes > limits.backlogBytes() || backlog.full()
                : waitingBytes > BURST_FACTOR * limits.backlogBytes();
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
            forget();
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
