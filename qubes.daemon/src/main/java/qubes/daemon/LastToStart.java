package qubes.daemon;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import qubes.core.plugin.Plugins;

/**
 * The bundles that start after this one, with a higher start level: those that are no part of the
 * product. Most are started by File Install, one after the other, on a thread of its own, once the
 * framework has reached their level. One that blocks as it starts is given up on, and so are those
 * after it.
 */
final class LastToStart implements SynchronousBundleListener {
    private static final String KIND = "starting";

    /** How long one may take to start. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LATE_PAUSE = Duration.ofSeconds(1);
    private static final int TRIED =
            BundleEvent.STARTED | BundleEvent.STOPPED | BundleEvent.LAZY_ACTIVATION;

    private final BundleContext bundles;
    private final Bundle framework;
    private final CountDownLatch started;
    private final BooleanSupplier ending;
    private final Set<Bundle> tried = ConcurrentHashMap.newKeySet();
    private final long processStart = ManagementFactory.getRuntimeMXBean().getStartTime();

    /**
     * @param started zero once the framework has started what it knows of
     * @param ending whether the process is told to end
     */
    LastToStart(BundleContext bundles, CountDownLatch started, BooleanSupplier ending) {
        this.bundles = bundles;
        this.framework = bundles.getBundle(0);
        this.started = started;
        this.ending = ending;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if ((event.getType() & TRIED) != 0) {
            tried.add(event.getBundle());
        }
    }

    /**
     * Waits until everything is started, or the process ends, or a plugin is given up on.
     *
     * @param plugins null while there is no system
     * @return the plugin that was given up on; it is told as one that does not work
     */
    Optional<Starting> await(Supplier<@Nullable Plugins> plugins) throws InterruptedException {
        List<?> before = List.of();
        long waited = 0;
        while (!ending.getAsBoolean()) {
            boolean reached = started.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            Plugins account = plugins.get();
            Optional<Starting> starting = account == null ? Optional.empty() : find(account);
            List<Bundle> pending = pending();
            if (reached && pending.isEmpty() && !starts()) {
                return Optional.empty();
            }
            List<?> now = List.of(reached, pending, starting.map(Starting::plugin));
            waited = now.equals(before) ? waited + PAUSE.toMillis() : 0;
            before = now;
            if (waited >= GRACE.toMillis() && (reached || starting.isPresent())) {
                starting.ifPresent(it -> tell(it, account));
                return starting;
            }
            if (reached) {
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        }
        return Optional.empty();
    }

    private static void tell(Starting late, Plugins plugins) {
        plugins.trouble(
                late.plugin(),
                KIND,
                "is still starting, the system is ready without it: " + late.where());
    }

    /** Waits until what was given up on, and all after it, started after all. */
    void awaitLate(Starting late, Plugins plugins) throws InterruptedException {
        started.await();
        while (!ending.getAsBoolean() && (!pending().isEmpty() || starts())) {
            TimeUnit.MILLISECONDS.sleep(LATE_PAUSE.toMillis());
        }
        plugins.settled(late.plugin(), KIND);
    }

    private List<Bundle> pending() {
        List<Bundle> waiting =
                Arrays.stream(bundles.getBundles())
                        .filter(this::isLast)
                        .filter(
                                it ->
                                        it.getLastModified()
                                                >= processStart) // else it is as it was left
                        .filter(it -> it.getState() != Bundle.ACTIVE && !tried.contains(it))
                        .filter(it -> !isFragment(it))
                        .toList();
        // what cannot be resolved will not start
        return waiting.isEmpty() || framework.adapt(FrameworkWiring.class).resolveBundles(waiting)
                ? waiting
                : waiting.stream().filter(it -> it.getState() != Bundle.INSTALLED).toList();
    }

    private static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision == null
                || !revision.getDeclaredRequirements(HostNamespace.HOST_NAMESPACE).isEmpty();
    }

    /** One that is active may be at it still: components are activated after that. */
    private boolean starts() {
        return areAny() && Starting.any();
    }

    private Optional<Starting> find(Plugins plugins) {
        return areAny()
                ? Starting.find(plugins::blame).filter(it -> isLast(it.plugin()))
                : Optional.empty();
    }

    private boolean areAny() {
        return Arrays.stream(bundles.getBundles()).anyMatch(this::isLast);
    }

    private boolean isLast(String plugin) {
        return Arrays.stream(bundles.getBundles())
                .anyMatch(it -> plugin.equals(it.getSymbolicName()) && isLast(it));
    }

    private boolean isLast(Bundle bundle) {
        return level(bundle) > level(bundles.getBundle());
    }

    private static int level(Bundle bundle) {
        return bundle.adapt(BundleStartLevel.class).getStartLevel();
    }
}
