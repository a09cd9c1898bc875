package qubes.admin.server;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import qubes.admin.Served;
import qubes.admin.metrics.Instruments;
import qubes.core.plugin.PluginReport;
import qubes.core.plugin.Plugins;

/** Hands what the server counts to the instruments. */
final class Measured implements CallListener {
    /** Calls of methods that there are not; their names are what callers make up. */
    private static final String UNKNOWN = "unknown";

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Instruments instruments;

    Measured(Instruments instruments) {
        this.instruments = instruments;
    }

    @Override
    public void answered(Exchange exchange, String outcome) {
        instruments.called(
                exchange.served().map(Served::name).orElse(UNKNOWN),
                outcome,
                System.nanoTime() - exchange.arrivedNanos());
    }

    /** Reads the server's parts whenever somebody looks at the instruments. */
    void watch(
            Connections connections,
            Stragglers stragglers,
            Outbox outbox,
            Answers answers,
            Plugins plugins) {
        instruments.gauge("qubesd_connections", "Open connections", connections::count);
        instruments.gauge(
                "qubesd_partial_requests",
                "Connections whose request has not come in full",
                stragglers::count);
        instruments.gauge(
                "qubesd_event_subscribers", "Callers that hear events", outbox::subscribers);
        instruments.gauges(
                "qubesd_calls_waiting",
                "Calls that wait for a thread",
                "lane",
                Map.of(
                        "brief", () -> answers.lanes().brief().waiting(),
                        "long", () -> answers.lanes().longer().waiting()));
        instruments.gauges(
                "qubesd_calls_running",
                "Calls being answered by threads other than those that read requests",
                "lane",
                Map.of(
                        "brief", () -> answers.lanes().brief().running(),
                        "long", () -> answers.lanes().longer().running()));
        instruments.gauge(
                "qubesd_calls_stuck",
                "Calls being answered that take longer than their method promised",
                answers.watch()::stuck);
        instruments.counter(
                "qubesd_events_sent_total",
                "Events handed to subscribers, once for each",
                outbox::eventsSent);
        instruments.counter(
                "qubesd_subscribers_cut_off_total",
                "Event subscribers cut off because they did not read",
                outbox::cutOffs);
        instruments.counter(
                "qubesd_connections_evicted_total",
                "Connections closed because their request did not come in full",
                stragglers::evicted);
        instruments.counter(
                "qubesd_connections_turned_away_total",
                "Connections closed at once because there were too many",
                connections::turnedAwayCount);
        instruments.counters(
                "qubesd_model_lock_seconds_total",
                "How long a plugin's handlers and checks held the model lock, without what they called of others",
                "bundle",
                () -> each(plugins, report -> report.held().toNanos() / NANOS_PER_SECOND));
        instruments.counters(
                "qubesd_plugin_faults_total",
                "How often code of a plugin failed",
                "bundle",
                () -> each(plugins, PluginReport::faults));
    }

    private static Map<String, Number> each(
            Plugins plugins, Function<PluginReport, Number> number) {
        return plugins.reports().stream().collect(Collectors.toMap(PluginReport::plugin, number));
    }
}
