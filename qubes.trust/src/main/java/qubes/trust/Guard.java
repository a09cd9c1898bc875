package qubes.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps bundles that are not trusted from being resolved, however they were installed or updated:
 * so none of their classes is ever loaded. What it looks at is what the framework has stored.
 */
final class Guard implements ResolverHookFactory, SynchronousBundleListener {
    private static final Logger log = LoggerFactory.getLogger(Guard.class);

    private final BundleContext context;
    private final ShippedBundles shipped;
    private final InstantSource clock;
    private final AtomicLong checks = new AtomicLong();
    private final AtomicLong rounds = new AtomicLong(); // of judging by other certificates
    private final Map<BundleRevision, Judged> verdicts =
            Collections.synchronizedMap(new WeakHashMap<>());
    private final Hook hook = new Hook();

    /** A verdict, and the round it was come to: of a round before it says nothing. */
    private record Judged(long round, Verdict verdict) {}

    /** Whose signatures count; null: no signatures are asked for. */
    private volatile @Nullable TrustedCertificates trusted;

    Guard(BundleContext context, ShippedBundles shipped, InstantSource clock) {
        this.context = context;
        this.shipped = shipped;
        this.clock = clock;
    }

    boolean required() {
        return trusted != null;
    }

    /**
     * Begins to ask for signatures of those, or ceases to if null. Bundles that may no longer run
     * are stopped, those that may run again are started. Blocks.
     */
    void require(@Nullable TrustedCertificates by) {
        List<Bundle> refused = others().stream().filter(bundle -> known(bundle, false)).toList();
        trusted = by;
        rounds.incrementAndGet(); // after it: who judges by the former may still be at it
        List<Bundle> ending =
                by == null
                        ? List.of()
                        : others().stream()
                                .filter(bundle -> !judged(bundle).accepted())
                                .filter(Guard::isResolved)
                                .toList();
        if (!ending.isEmpty()) {
            // stopped alone, it could be started again without being resolved anew
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                    .adapt(FrameworkWiring.class)
                    .refreshBundles(ending);
        }
        List<Bundle> free =
                refused.stream()
                        .filter(bundle -> bundle.getState() == Bundle.INSTALLED)
                        .filter(bundle -> by == null || judged(bundle).accepted())
                        .filter(it -> it.adapt(BundleStartLevel.class).isPersistentlyStarted())
                        .toList();
        if (!free.isEmpty()) {
            // a plugin may take its time: nobody's thread but our own
            new Thread(() -> free.forEach(Guard::start), "qubes-trust").start();
        }
    }

    /** The bundles that may not run, each with the reason, by id. */
    Map<Long, String> refusals() {
        Map<Long, String> refusals = new TreeMap<>();
        synchronized (verdicts) {
            verdicts.forEach(
                    (revision, judged) -> {
                        Verdict verdict = judged.verdict();
                        // those that were updated or uninstalled are gone with the next collection
                        boolean current =
                                revision.equals(revision.getBundle().adapt(BundleRevision.class));
                        if (current && judged.round() == rounds.get() && !verdict.accepted()) {
                            refusals.put(revision.getBundle().getBundleId(), verdict.reason());
                        }
                    });
        }
        return refusals;
    }

    /** Whether a jar may be run if these very bytes are installed. Blocks. */
    Verdict judge(Path jar) {
        TrustedCertificates by = trusted;
        if (by == null) {
            return Verdict.accepted("no signature is asked for");
        }
        try {
            return shipped.holds(Content.digest(jar))
                    ? Verdict.accepted("part of the product")
                    : new SignedJar(jar).judge(by, clock.instant());
        } catch (IOException e) {
            return Verdict.refused(
                    "cannot be read: " + Shown.quote(String.valueOf(e.getMessage())));
        }
    }

    @Override
    public @Nullable ResolverHook begin(Collection<BundleRevision> triggers) {
        return required() ? hook : null;
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        boolean changed =
                event.getType() == BundleEvent.INSTALLED || event.getType() == BundleEvent.UPDATED;
        if (changed && required() && isOther(event.getBundle())) {
            judged(event.getBundle());
        }
    }

    private List<Bundle> others() {
        return Arrays.stream(context.getBundles()).filter(this::isOther).toList();
    }

    private boolean isOther(Bundle bundle) {
        return bundle.getBundleId() != 0 && !bundle.equals(context.getBundle());
    }

    private boolean mayRun(BundleRevision revision) {
        Bundle bundle = revision.getBundle();
        if (!isOther(bundle) || revision.getWiring() != null) {
            return true; // what is resolved was looked at when it was
        }
        return revision.equals(bundle.adapt(BundleRevision.class)) && judged(bundle).accepted();
    }

    private boolean known(Bundle bundle, boolean accepted) {
        Judged judged = verdicts.get(bundle.adapt(BundleRevision.class));
        return judged != null && judged.verdict().accepted() == accepted;
    }

    private Verdict judged(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return Verdict.refused("is uninstalled");
        }
        long round = rounds.get();
        Judged known = verdicts.get(revision);
        if (known != null && known.round() == round) {
            return known.verdict();
        }
        Verdict verdict = judgeContent(bundle);
        verdicts.put(revision, new Judged(round, verdict));
        if (!verdict.accepted()) {
            log.warn(
                    "Bundle {} {} ({}) does not run: it {}",
                    Shown.quote(String.valueOf(bundle.getSymbolicName())),
                    bundle.getVersion(),
                    Shown.quote(bundle.getLocation()),
                    verdict.reason());
        }
        return verdict;
    }

    private Verdict judgeContent(Bundle bundle) {
        TrustedCertificates by = trusted;
        if (by == null) {
            return Verdict.accepted("no signature is asked for");
        }
        Path copy = context.getDataFile("check-" + checks.incrementAndGet() + ".jar").toPath();
        try {
            Content content = Content.of(bundle);
            if (shipped.holds(content.digest())) {
                return Verdict.accepted("part of the product");
            }
            if (bundle.getLocation().startsWith("reference:")) {
                return Verdict.refused("is not copied, so that its file could still be altered");
            }
            content.writeTo(copy);
            return new SignedJar(copy).judge(by, clock.instant());
        } catch (IOException e) {
            return Verdict.refused(
                    "cannot be read: " + Shown.quote(String.valueOf(e.getMessage())));
        } finally {
            delete(copy);
        }
    }

    private static boolean isResolved(Bundle bundle) {
        return bundle.getState() != Bundle.INSTALLED && bundle.getState() != Bundle.UNINSTALLED;
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException | IllegalStateException e) {
            log.warn("{} does not start: {}", bundle.getSymbolicName(), e.getMessage());
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("A copy of a bundle stays in the framework's storage: {}", e.toString());
        }
    }

    /** Holds nothing of one resolution. */
    private final class Hook implements ResolverHook {
        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            candidates.removeIf(candidate -> !mayRun(candidate) && !needsAnything(candidate));
        }

        /**
         * False if it could be resolved with nothing to match. The others are kept from it by
         * having no match: once anything is removed here, Felix finds no bundle that is resolved
         * already, for anybody.
         */
        private boolean needsAnything(BundleRevision revision) {
            return revision.getDeclaredRequirements(null).stream()
                    .map(BundleRequirement::getDirectives)
                    .anyMatch(
                            it ->
                                    it.getOrDefault("resolution", "mandatory").equals("mandatory")
                                            && it.getOrDefault("effective", "resolve")
                                                    .equals("resolve"));
        }

        @Override
        public void filterSingletonCollisions(
                BundleCapability singleton, Collection<BundleCapability> collisions) {
            // who is trusted may collide
        }

        /** Felix attaches fragments that are not resolvable, too: they must find no host. */
        @Override
        public void filterMatches(
                BundleRequirement requirement, Collection<BundleCapability> candidates) {
            if (mayRun(requirement.getRevision())) {
                candidates.removeIf(candidate -> !mayRun(candidate.getRevision()));
            } else {
                candidates.clear();
            }
        }

        @Override
        public void end() {
            // nothing was begun
        }
    }
}
