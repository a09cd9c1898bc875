package qubes.admin.server;

import java.time.Duration;

/**
 * How much callers may take.
 *
 * @param connections open connections at most, on all sockets together
 * @param silence how long a caller may be silent in the middle of a request, or not read an answer;
 *     zero for as long as it likes
 * @param backlogBytes what may wait for an event subscriber that does not read
 */
record Limits(int connections, Duration silence, int backlogBytes) {
    /** True if that is longer than a caller may be silent. */
    boolean tooLong(long silentNanos) {
        return !silence.isZero() && silentNanos >= silence.toNanos();
    }
}
