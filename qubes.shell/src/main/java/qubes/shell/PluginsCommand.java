package qubes.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import qubes.core.plugin.PluginReport;
import qubes.core.plugin.Plugins;

/** {@code qubes:plugins}. */
@Component(
        service = PluginsCommand.class,
        property = {"osgi.command.scope=qubes", "osgi.command.function=plugins"})
public final class PluginsCommand {
    private static final double NANOS_PER_MILLI = 1e6;

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Plugins plugins;
    private volatile Supplier<Map<String, String>> refusals = Map::of;

    @Activate
    public PluginsCommand(
            BundleContext context,
            @Reference ServiceComponentRuntime components,
            @Reference Plugins plugins) {
        this.context = context;
        this.components = components;
        this.plugins = plugins;
    }

    /** Which bundles, by id, and which files, by name, may not run, each with the reason. */
    @Reference(
            target = "(qubes.refusals=*)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC)
    void bindRefusals(Supplier<Map<String, String>> refusals) {
        this.refusals = refusals;
    }

    void unbindRefusals(Supplier<Map<String, String>> refusals) {
        if (this.refusals == refusals) {
            this.refusals = Map::of;
        }
    }

    /**
     * The bundles that add something to the core, what that is, and why it is not there if it is
     * not; or, with {@code --time}, how long they held the model lock.
     */
    @Descriptor(
            "list the bundles that add klasses, drivers, hypervisors or methods, and why one does not work")
    public String plugins(
            @Descriptor("tell instead how long each has held the model lock")
                    @Parameter(
                            names = {"-t", "--time"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean time) {
        return time ? times() : states();
    }

    private String states() {
        Map<String, PluginReport> reports = new LinkedHashMap<>(); // plugin to what is known of it
        plugins.reports().forEach(report -> reports.put(report.plugin(), report));
        Map<String, String> refused = new LinkedHashMap<>(refusals.get());
        Table table = new Table().row("ID", "BUNDLE", "VERSION", "STATE", "ADDS", "REASON");
        Clashes clashes = new Clashes(context);
        for (Bundle bundle : context.getBundles()) {
            Plugin plugin = new Plugin(bundle, components);
            PluginReport report = reports.remove(plugin.name());
            List<String> reasons = new ArrayList<>();
            String refusal = refused.remove(Long.toString(bundle.getBundleId()));
            if (refusal != null) {
                reasons.add("may not run: it " + refusal);
            }
            if (report != null) {
                reasons.addAll(report.troubles());
            }
            reasons.addAll(plugin.reasons(reasons.isEmpty()));
            reasons.addAll(clashes.of(bundle));
            if (report != null) {
                faults(report, reasons);
            }
            if (!plugin.additions().isEmpty() || !reasons.isEmpty()) {
                table.row(
                        Long.toString(bundle.getBundleId()),
                        plugin.name(),
                        bundle.getVersion().toString(),
                        plugin.state(),
                        String.join(", ", plugin.additions()),
                        String.join("; ", reasons));
            }
        }
        refused.forEach((file, reason) -> absent(table, file, "may not run: it " + reason));
        reports.values().stream()
                .filter(report -> !report.troubles().isEmpty())
                .forEach(
                        report ->
                                absent(
                                        table,
                                        report.plugin(),
                                        String.join("; ", report.troubles())));
        return table.toString();
    }

    private static void absent(Table table, String name, String reason) {
        table.row("", name, "", "not there", "", reason);
    }

    private static void faults(PluginReport report, List<String> reasons) {
        report.lastFault()
                .ifPresent(
                        last ->
                                reasons.add(
                                        report.faults() == 1
                                                ? "failed once: " + last
                                                : "failed "
                                                        + report.faults()
                                                        + " times, last: "
                                                        + last));
    }

    private String times() {
        Table table = new Table().row("BUNDLE", "CALLS", "TOTAL MS", "MEAN MS", "WORST MS");
        plugins.reports().stream()
                .filter(report -> report.calls() > 0)
                .sorted(Comparator.comparing(PluginReport::held).reversed())
                .forEach(
                        report ->
                                table.row(
                                        report.plugin(),
                                        Long.toString(report.calls()),
                                        millis(report.held()),
                                        millis(report.held().dividedBy(report.calls())),
                                        millis(report.worst())));
        return table.toString();
    }

    private static String millis(Duration time) {
        return "%.3f".formatted(time.toNanos() / NANOS_PER_MILLI);
    }
}
