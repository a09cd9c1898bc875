package qubes.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about and nobody announces. */
public final class Await {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long PAUSE_NANOS = 2_000_000;

    private Await() {}

    /**
     * Returns as soon as {@code condition} is true; looks a few hundred times a second.
     *
     * @param claim what is waited for, for the error
     * @param condition true once it is so
     * @throws AssertionError if it is not true within twenty seconds
     * @throws Exception if it is not so in time
     */
    public static void until(String claim, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Not within " + PATIENCE.toSeconds() + " s: " + claim);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("waiting until " + claim);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
