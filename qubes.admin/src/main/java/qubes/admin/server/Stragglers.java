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
import java.util.concurrent.atomic.LongAdder;
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

    /** At most one line of the log in that time tells how many were given up on. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

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
    private final LongAdder evicted = new LongAdder();
    private int unsaid; // given up on since the last line of the log
    private long saidNanos = System.nanoTime() - QUIET_NANOS;
    private long heldBytes; // by those in bySilence
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
     * Makes room by giving up on those that have been silent for longest, so many of them.
     *
     * @return how many; fewer if there are not as many. Never blocks
     */
    int evict(int wanted) {
        int count = Math.min(wanted, present.get() - evictions.get());
        if (count <= 0) {
            return 0;
        }
        evictions.addAndGet(count);
        selector.wakeup();
        return count;
    }

    /** How many have not sent all of their request. Never blocks. */
    int count() {
        return present.get();
    }

    /** How many were given up on. */
    long evicted() {
        return evicted.sum();
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
            heldBytes += partial.bytes.length;
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
                    heldBytes -= partial.bytes.length;
                    partial.append(buffer.flip());
                    heldBytes += partial.bytes.length;
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
            forget(partial);
            complete.accept(partial.channel, partial.socket, partial.bytes, partial.length);
        }
    }

    /** Gives up on the longest silent, as long as they are too silent, too many or too large. */
    private void cutOff() {
        long now = System.nanoTime();
        int count = 0;
        Iterator<Partial> oldest = bySilence.iterator();
        while (oldest.hasNext()) {
            Partial partial = oldest.next();
            boolean tooMany = evictions.get() > 0;
            if (!tooMany
                    && heldBytes <= limits.partialBytes()
                    && !limits.tooLong(now - partial.heardNanos)) {
                break;
            }
            oldest.remove();
            heldBytes -= partial.bytes.length;
            present.decrementAndGet();
            if (tooMany) {
                evictions.decrementAndGet();
            }
            SelectionKey key = partial.channel.keyFor(selector);
            if (key != null) {
                key.cancel();
            }
            connections.close(partial.channel);
            count++;
        }
        if (bySilence.isEmpty()) {
            evictions.set(0);
        }
        if (count > 0) {
            evicted.add(count);
            unsaid += count;
        }
        if (unsaid > 0 && now - saidNanos >= QUIET_NANOS) {
            log.warn("Connections closed of callers silent in the middle of a request: {}", unsaid);
            unsaid = 0;
            saidNanos = now;
        }
    }

    private void drop(SelectionKey key, Partial partial) {
        key.cancel();
        forget(partial);
        connections.close(partial.channel);
    }

    private void forget(Partial partial) {
        if (bySilence.remove(partial)) {
            heldBytes -= partial.bytes.length;
        }
        present.decrementAndGet();
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
