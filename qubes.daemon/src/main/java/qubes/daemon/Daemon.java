package qubes.daemon;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    private static final Set<Integer> STARTS =
            Set.of(FrameworkEvent.STARTED, FrameworkEvent.STARTLEVEL_CHANGED);

    /**
     * For so long a plugin that blocks as it starts may keep a system that works from being ready.
     */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** How the process ends. */
    @ObjectClassDefinition(name = "Qubes daemon")
    public @interface Config {
        /** Whether running guests are shut down when the process ends. */
        @AttributeDefinition(
                name = "Stop guests",
                description = "Whether running guests are shut down when the process ends")
        boolean stop_guests() default false;
    }

    private final BundleContext bundles;
    private final Bundle framework;
    private final boolean stopGuests;
    private final NeededParts parts;
    private final FrameworkListener listener = this::happened;
    private final Thread reporter;
    private final AtomicBoolean reporting = new AtomicBoolean();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Qubes qubes;

    /** Waits for the end of the start in the background. */
    @Activate
    public Daemon(
            BundleContext bundles, Config config, @Reference ServiceComponentRuntime components) {
        this.bundles = bundles;
        this.framework = bundles.getBundle(Constants.SYSTEM_BUNDLE_ID);
        this.stopGuests = config.stop_guests();
        this.parts = new NeededParts(components);
        bundles.addFrameworkListener(listener);
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
        reporter.interrupt();
        Qubes system = qubes;
        if (stopGuests && system != null && ending()) {
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
            if (!awaitStarted()) {
                return;
            }
            Optional<String> failure = parts.await(PATIENCE);
            Qubes system = qubes;
            if (ending()) {
                log.info("Told to end before the start was over");
            } else if (failure.isPresent()) {
                end(failure.get());
            } else if (system == null) {
                end("the system did not start, see the log");
            } else {
                ready(system);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until everything is started. If a plugin keeps the framework from that, while what the
     * system needs works, it says that the system is ready without it.
     *
     * @return whether nothing has been said yet
     */
    private boolean awaitStarted() throws InterruptedException {
        long waited = 0;
        while (!started.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
            Qubes system = qubes;
            if (ending()) {
                return true;
            }
            waited = system != null && parts.running() ? waited + PAUSE.toMillis() : 0;
            if (system != null && waited >= GRACE.toMillis()) {
                Optional<Starting> late = Starting.find(system.plugins());
                late.ifPresent(it -> it.tell(system.plugins()));
                ready(system);
                started.await();
                late.ifPresent(it -> it.settle(system.plugins()));
                return false;
            }
        }
        return true;
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
