package qubes.bench;

import java.io.IOException;
import java.time.Duration;

/** Callers that make one kind of call, each the next one when it has the last one's answer. */
interface Callers {
    /**
     * What was measured.
     *
     * @param callsPerSecond answered OK
     * @param p50Micros median latency, in microseconds
     * @param p99Micros 99th percentile
     * @param maxMicros slowest; not a number where it is not known
     * @param failed calls not answered OK
     */
    record Result(
            double callsPerSecond,
            double p50Micros,
            double p99Micros,
            double maxMicros,
            long failed) {}

    /** Calls from {@code callers} threads for a time. Blocks for as long. */
    Result run(int callers, Duration time) throws IOException;
}
