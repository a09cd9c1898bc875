package qubes.itest.product;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.opentest4j.AssertionFailedError;

/** Waits for what nobody tells of. A machine may be slow: nothing here is a limit to keep. */
final class Await {
    /** How long anything may take before it counts as never. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private Await() {}

    /** A condition that may fail in ways that do not matter as long as it comes true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Returns once {@code condition} holds.
     *
     * @param seen what there is to see, for the message if it never does
     */
    static void until(String claim, Condition condition, Supplier<String> seen) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionFailedError(
                        "not in " + PATIENCE.toSeconds() + " s: " + claim + "\n" + seen.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
