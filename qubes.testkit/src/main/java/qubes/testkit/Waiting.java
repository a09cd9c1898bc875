package qubes.testkit;

import java.lang.management.ManagementFactory;

/**
 * Tells whether code that must not block does: by what the JVM counts, not by the time that it
 * takes. A wait is a sleep, a lock or a queue of {@code java.util.concurrent}, {@link
 * Object#wait()}, a {@link Thread#join()}; reading a file or a socket is none.
 */
public final class Waiting {
    private Waiting() {}

    /** {@return how often the calling thread has waited since it began} */
    public static long soFar() {
        return ManagementFactory.getThreadMXBean()
                .getThreadInfo(Thread.currentThread().getId())
                .getWaitedCount();
    }
}
