package qubes.trust;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.felix.fileinstall.ArtifactTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.service.cm.ManagedService;

/** Sets the guard up before anything is installed that it would have to look at. */
public final class TrustActivator implements BundleActivator {
    /** Framework properties: files and a folder of this home and distribution. */
    private static final String SETTINGS = "qubes.trust.settings";

    private static final String CERTIFICATES = "qubes.trust.certificates";
    private static final String SHIPPED = "qubes.trust.shipped";

    /** Framework property: the start level of bundles that are no part of the product. */
    private static final String STRANGERS_LEVEL = "qubes.trust.strangers.level";

    private @Nullable Trust trust;

    /** For the framework. */
    public TrustActivator() {}

    @Override
    public void start(BundleContext context) {
        Path list = path(context, SHIPPED);
        ShippedBundles shipped =
                list == null ? ShippedBundles.none() : ShippedBundles.listedIn(list);
        Guard guard = new Guard(context, shipped, InstantSource.system());
        DroppedJars jars = new DroppedJars(context, guard);
        Trust made = new Trust(guard, jars, path(context, SETTINGS), path(context, CERTIFICATES));
        trust = made;
        context.addBundleListener(guard);
        String level = context.getProperty(STRANGERS_LEVEL);
        if (level != null) {
            context.addBundleListener(new StrangersLast(shipped, Integer.parseInt(level.strip())));
        }
        context.registerService(ResolverHookFactory.class, guard, null);
        context.registerService(
                ArtifactTransformer.class,
                jars,
                new Hashtable<>(Map.of(Constants.SERVICE_RANKING, 1000)));
        made.updated(null);
        context.registerService(
                ManagedService.class,
                made,
                new Hashtable<>(Map.of(Constants.SERVICE_PID, Settings.PID)));
        context.registerService(
                Supplier.class, made, new Hashtable<>(Map.of("qubes.refusals", Settings.PID)));
    }

    @Override
    public void stop(BundleContext context) {
        if (trust != null) {
            trust.close();
        }
    }

    private static @Nullable Path path(BundleContext context, String property) {
        String path = context.getProperty(property);
        return path == null || path.isBlank() ? null : Path.of(path);
    }
}
