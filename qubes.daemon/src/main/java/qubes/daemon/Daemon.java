package qubes.daemon;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.plugin.Plugins;
import qubes.core.vm.Qubes;

/**
 * The process as the one who started it sees it: once everything is started it says on the terminal
 * that it is ready, and tells the service manager; if it cannot work, it says why in one line and
 * ends with exit code 1.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "qubes.daemon")
@Designate(ocd = Daemon.Config.class)
public final class Daemon {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Property of the service that says that all that is to start has started, or was given up on.
     * It has no type of its own: OSGi's Condition is not known to Karaf's framework.
     */
    private static final String STARTED = "qubes.started";

    private static final Set<Integer> STARTS =
            Set.of(FrameworkEvent.STARTED, FrameworkEvent.STARTLEVEL_CHANGED);

    /** How the process ends. */
    @ObjectClassDefinition(name = "Qubes daemon")
    public @interface Config {
        /** Whether running guests are shut down when the process ends. */
        @AttributeDefinition(
                name = "Stop guests",
                description = "Whether running guests are shut down when the process ends")
        boolean stop_guests() default false;

        /** How long the end may stand still. */
        @AttributeDefinition(
                name = "Patience at the end",
                description =
                        "Seconds, at least 1, in which one more bundle has to stop when the process ends; else it is ended after as long again")
        int end_seconds() default 15;
    }

    private final BundleContext bundles;
    private final Bundle framework;
    private final boolean stopGuests;
    private final NeededParts parts;
    private final FrameworkListener listener = this::happened;
    private final Thread reporter;
    private final AtomicBoolean reporting = new AtomicBoolean();
    private final CountDownLatch started = new CountDownLatch(1);
    private final LastToStart last;
    private final Ending end;
    private volatile @Nullable Qubes qubes;

    /** Waits for the end of the start in the background. */
    @Activate
    public Daemon(
            BundleContext bundles, Config config, @Reference ServiceComponentRuntime components) {
        this.bundles = bundles;
        this.framework = bundles.getBundle(Constants.SYSTEM_BUNDLE_ID);
        this.stopGuests = config.stop_guests();
        this.parts = new NeededParts(components);
        this.last = new LastToStart(bundles, started, this::ending);
        Duration patience = Duration.ofSeconds(Math.max(1, config.end_seconds()));
        this.end = new Ending(patience, this::stopGuests);
        bundles.addFrameworkListener(listener);
        bundles.addBundleListener(last);
        framework.getBundleContext().addBundleListener(end); // still there when this bundle is not
        // configuration may still be arriving on other threads: wait for it on one of our own
        this.reporter = new Thread(this::report, "qubesd-start");
        reporter.setDaemon(true);
        if (framework.getState()
                != Bundle.ACTIVE) { // else this bundle may be the only one to start
            beginReport();
        }
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindQubes(Qubes qubes) {
        this.qubes = qubes;
    }

    void unbindQubes(Qubes qubes) {
        if (this.qubes == qubes) {
            this.qubes = null;
        }
    }

    /** Blocks until the guests are down if they are to be stopped, and the whole process ends. */
    @Deactivate
    void close() {
        bundles.removeFrameworkListener(listener);
        bundles.removeBundleListener(last);
        reporter.interrupt();
        if (ending()) {
            stopGuests();
        } else {
            framework.getBundleContext().removeBundleListener(end);
        }
    }

    private synchronized void stopGuests() {
        Qubes system = qubes;
        if (stopGuests && system != null) {
            Guests.stop(system);
        }
    }

    /** True once the whole process is told to end; then parts that are missing are no failure. */
    private boolean ending() {
        return framework.getState() == Bundle.STOPPING;
    }

    /**
     * Some frameworks say that they are started and raise the start level then (Equinox, Karaf):
     * the end of the start is what comes last before this bundle is there.
     */
    private void happened(FrameworkEvent event) {
        if (STARTS.contains(event.getType())) {
            started.countDown();
            beginReport();
        }
    }

    private void beginReport() {
        if (!reporting.getAndSet(true)) {
            reporter.start();
        }
    }

    private void report() {
        try {
            Optional<Starting> late = last.await(this::plugins);
            Optional<String> failure = parts.awaitCore(PATIENCE);
            if (failure.isEmpty()) {
                open();
                failure = parts.awaitAll(PATIENCE);
            }
            Qubes system = qubes;
            if (ending()) {
                log.info("Told to end before the start was over");
            } else if (failure.isPresent()) {
                end(failure.get());
            } else if (system == null) {
                end("the system did not start, see the log");
            } else {
                ready(system);
                if (late.isPresent()) {
                    last.awaitLate(late.get(), system.plugins());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Plugins plugins() {
        Qubes system = qubes;
        return system == null ? null : system.plugins();
    }

    /**
     * Lets those begin who wait for all others to be started, as the Admin API's sockets. The
     * framework offers it, so that it stays when this bundle is updated.
     */
    private void open() {
        framework
                .getBundleContext()
                .registerService(
                        Object.class, new Object(), new Hashtable<>(Map.of(STARTED, true)));
    }

    private static void ready(Qubes system) {
        Duration up = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        String line =
                "ready after %d.%d s, %d domains"
                        .formatted(up.toSeconds(), up.toMillisPart() / 100, system.state().size());
        System.out.println("qubesd: " + line);
        log.info("{}", line);
        ServiceManager.of(System.getenv()).ifPresent(ServiceManager::ready);
    }

    private static void end(String reason) {
        log.error("Cannot work: {}", reason);
        System.err.println("qubesd: " + reason);
        System.exit(1);
    }
}
