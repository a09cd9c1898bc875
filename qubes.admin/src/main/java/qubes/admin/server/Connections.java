package qubes.admin.server;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the open connections; each is closed here, once. */
final class Connections {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong turnedAway = new AtomicLong();
    private final AtomicLong lastReport = new AtomicLong(System.nanoTime() - QUIET_NANOS);

    Connections(int limit) {
        this.limit = limit;
    }

    /** Counts one more; false if that is one too many, which is counted all the same. */
    boolean opened() {
        return open.incrementAndGet() <= limit;
    }

    /** One was too many, and there was nobody to make room: said every ten seconds at most. */
    void turnedAway() {
        long count = turnedAway.incrementAndGet();
        long last = lastReport.get();
        long now = System.nanoTime();
        if (now - last >= QUIET_NANOS && lastReport.compareAndSet(last, now)) {
            log.warn("Too many connections; {} callers turned away so far", count);
        }
    }

    /** How many callers were turned away. */
    long turnedAwayCount() {
        return turnedAway.get();
    }

    int count() {
        return open.get();
    }

    /** Closes one that was counted and is open. */
    void close(SocketChannel channel) {
        if (!channel.isOpen()) {
            return;
        }
        open.decrementAndGet();
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Closing a connection failed", e);
        }
    }
}
