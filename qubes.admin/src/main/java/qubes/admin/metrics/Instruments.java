package qubes.admin.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Counts calls and how long they take, and reads what others count when asked. Safe for use by
 * several threads; counting takes no lock.
 */
public final class Instruments {
    /** Upper ends of the histogram's buckets, in seconds. */
    private static final double[] SECONDS = {
        50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3,
        500e-3, 1, 2.5, 5, 10, 60
    };

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** What is counted for one method, found once. */
    private static final class OfMethod {
        private final DistributionDataPoint seconds;
        private final Map<String, CounterDataPoint> byOutcome = new ConcurrentHashMap<>();

        OfMethod(DistributionDataPoint seconds) {
            this.seconds = seconds;
        }
    }

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter calls =
            Counter.builder()
                    .name("qubesd_calls_total")
                    .help("Calls answered, by method and how they ended")
                    .labelNames("method", "outcome")
                    .withoutExemplars()
                    .register(registry);
    private final Histogram seconds =
            Histogram.builder()
                    .name("qubesd_call_duration_seconds")
                    .help("From a complete request to its answer, by method")
                    .unit(Unit.SECONDS)
                    .labelNames("method")
                    .classicOnly()
                    .classicUpperBounds(SECONDS)
                    .withoutExemplars()
                    .register(registry);
    private final Map<String, OfMethod> methods = new ConcurrentHashMap<>(); // name to counters

    /**
     * Counts a call.
     *
     * @param method what it is counted under; there must be few, so never what a caller sent
     * @param outcome how it ended, also one of few
     */
    public void called(String method, String outcome, long nanos) {
        OfMethod found = methods.get(method);
        if (found == null) {
            found = methods.computeIfAbsent(method, m -> new OfMethod(seconds.labelValues(m)));
        }
        found.seconds.observe(nanos / NANOS_PER_SECOND);
        CounterDataPoint count = found.byOutcome.get(outcome);
        if (count == null) {
            count =
                    found.byOutcome.computeIfAbsent(
                            outcome, ended -> calls.labelValues(method, ended));
        }
        count.inc();
    }

    /** Adds a number that goes up and down. */
    public void gauge(String name, String help, Supplier<Number> value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.get().doubleValue()))
                .register(registry);
    }

    /** Adds numbers that go up and down, by the value of one label. */
    public void gauges(
            String name, String help, String label, Map<String, Supplier<Number>> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(
                        callback ->
                                values.forEach(
                                        (key, value) ->
                                                callback.call(value.get().doubleValue(), key)))
                .register(registry);
    }

    /** Adds a number that only grows. */
    public void counter(String name, String help, Supplier<Number> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.get().doubleValue()))
                .register(registry);
    }

    /** Adds numbers that only grow, by the value of one label: as many as there are when asked. */
    public void counters(
            String name, String help, String label, Supplier<Map<String, Number>> values) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(
                        callback ->
                                values.get()
                                        .forEach(
                                                (key, value) ->
                                                        callback.call(value.doubleValue(), key)))
                .register(registry);
    }

    /** All numbers as they are now, in Prometheus' text format 0.0.4, UTF-8. Never blocks. */
    public byte[] text() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrometheusTextFormatWriter.builder()
                .setIncludeCreatedTimestamps(false)
                .build()
                .write(out, registry.scrape());
        return out.toByteArray();
    }
}
