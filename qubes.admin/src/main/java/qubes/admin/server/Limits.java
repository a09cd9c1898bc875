package qubes.admin.server;

import java.time.Duration;

/**
 * How much callers may take.
 *
 * @param connections open connections at most, on all sockets together
 * @param silence how long a caller may be silent in the middle of a request, or not read an answer;
 *     zero for as long as it likes
 * @param partialBytes what requests that have not come in full may take, all together
 * @param deadline how long a call may take whose method does not wait for guests or volumes; zero
 *     for as long as it likes
 * @param backlogBytes what may wait for an event subscriber that does not read
 * @param waitingBytes what may wait for all callers that do not read, all together
 */
record Limits(
        int connections,
        long partialBytes,
        Duration silence,
        Duration deadline,
        int backlogBytes,
        long waitingBytes) {
    /** True if that is longer than a caller may be silent. */
    boolean tooLong(long silentNanos) {
        return !silence.isZero() && silentNanos >= silence.toNanos();
    }

    /** True if a caller has waited for longer than it has to. */
    boolean overdue(long waitedNanos) {
        return !deadline.isZero() && waitedNanos >= deadline.toNanos();
    }
}
