package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminSocket;

/**
 * Reads requests that did not come at once, all by one thread; whoever is silent for too long is
 * cut off. Complete requests go elsewhere to be answered.
 */
final class Stragglers implements Runnable, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Stragglers.class);

    /** What came of one request so far. */
    private static final class Partial {
        final SocketChannel channel;
        final AdminSocket socket;
        byte[] bytes;
        int length;
        long heardNanos = System.nanoTime();

        Partial(SocketChannel channel, AdminSocket socket, byte[] bytes) {
            this.channel = channel;
            this.socket = socket;
            this.bytes = bytes;
            this.length = bytes.length;
        }

        void append(ByteBuffer more) {
            int total = length + more.remaining();
            if (total > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(total, 2 * bytes.length));
            }
            more.get(bytes, length, more.remaining());
            length = total;
            heardNanos = System.nanoTime();
        }
    }

    /** Takes a request that is complete. Must not block. */
    interface Complete {
        void accept(SocketChannel channel, AdminSocket socket, byte[] bytes, int length);
    }

    private final Connections connections;
    private final Limits limits;
    private final Complete complete;
    private final Selector selector;
    private final Queue<Partial> arriving = new ConcurrentLinkedQueue<>();
    private final AtomicInteger evictions = new AtomicInteger();
    private final Set<Partial> bySilence = new LinkedHashSet<>(); // the longest silent first
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Request.MAX_BYTES + 1);
    private final AtomicInteger present = new AtomicInteger(); // in bySilence or arriving
    private volatile boolean closed;

    Stragglers(Connections connections, Limits limits, Complete complete) throws IOException {
        this.connections = connections;
        this.limits = limits;
        this.complete = complete;
        this.selector = Selector.open();
    }

    /** Reads on; {@code bytes} is what came. Never blocks. */
    void add(SocketChannel channel, AdminSocket socket, byte[] bytes) {
        present.incrementAndGet();
        arriving.add(new Partial(channel, socket, bytes));
        selector.wakeup();
    }

    /**
     * Makes room by giving up on whoever has been silent for longest; false if there is nobody.
     * Never blocks.
     */
    boolean evict() {
        if (present.get() <= evictions.get()) {
            return false;
        }
        evictions.incrementAndGet();
        selector.wakeup();
        return true;
    }

    /** Ends the thread, which closes all connections it has. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try (selector) {
            while (!closed) {
                selector.select(key -> read(key, (Partial) key.attachment()), pause());
                welcome();
                cutOff();
            }
        } catch (IOException e) {
            log.error("Reading requests that come in parts ended", e);
        } finally {
            bySilence.forEach(partial -> connections.close(partial.channel));
            arriving.forEach(partial -> connections.close(partial.channel));
        }
    }

    private void welcome() throws IOException {
        for (Partial partial = arriving.poll(); partial != null; partial = arriving.poll()) {
            bySilence.add(partial);
            read(partial.channel.register(selector, SelectionKey.OP_READ, partial), partial);
        }
    }

    private void read(SelectionKey key, Partial partial) {
        int count = 0;
        try {
            do {
                count =
                        partial.channel.read(
                                buffer.clear().limit(Request.MAX_BYTES + 1 - partial.length));
                if (count > 0) {
                    partial.append(buffer.flip());
                    bySilence.remove(partial);
                    bySilence.add(partial);
                }
            } while (count > 0 && partial.length <= Request.MAX_BYTES);
        } catch (IOException e) {
            log.debug("A caller hung up in the middle of a request", e);
            drop(key, partial);
            return;
        }
        if (partial.length > Request.MAX_BYTES) {
            log.warn("Request too long; the connection is aborted");
            drop(key, partial);
        } else if (count < 0) {
            key.cancel();
            bySilence.remove(partial);
            present.decrementAndGet();
            complete.accept(partial.channel, partial.socket, partial.bytes, partial.length);
        }
    }

    private void cutOff() {
        long now = System.nanoTime();
        Iterator<Partial> oldest = bySilence.iterator();
        while (oldest.hasNext()) {
            Partial partial = oldest.next();
            boolean evicted = evictions.get() > 0;
            if (!evicted && !limits.tooLong(now - partial.heardNanos)) {
                return;
            }
            log.warn("A caller was silent in the middle of a request; the connection is closed");
            oldest.remove();
            present.decrementAndGet();
            if (evicted) {
                evictions.decrementAndGet();
            }
            SelectionKey key = partial.channel.keyFor(selector);
            if (key != null) {
                key.cancel();
            }
            connections.close(partial.channel);
        }
        evictions.set(0);
    }

    private void drop(SelectionKey key, Partial partial) {
        key.cancel();
        bySilence.remove(partial);
        present.decrementAndGet();
        connections.close(partial.channel);
    }

    /** Until whoever is silent for longest has been so for too long; for ever if nobody can be. */
    private long pause() {
        if (bySilence.isEmpty() || limits.silence().isZero()) {
            return 0;
        }
        long silent = System.nanoTime() - bySilence.iterator().next().heardNanos;
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(limits.silence().toNanos() - silent) + 1);
    }
}
