package qubes.admin.server;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits for all callers together. The bytes of an event are counted once for each caller it
 * waits for, though they are there once: a bound that is on the safe side.
 */
final class Backlog {
    private final long limitBytes;
    private final AtomicLong bytes = new AtomicLong();

    Backlog(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Counts so much more, or less. */
    void add(long more) {
        bytes.addAndGet(more);
    }

    /** True if those who do not read must go, however little waits for each. */
    boolean full() {
        return bytes.get() > limitBytes;
    }

    long bytes() {
        return bytes.get();
    }
}
