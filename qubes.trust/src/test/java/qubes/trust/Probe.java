package qubes.trust;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Code of a plugin: it registers a service when it runs. */
public final class Probe implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        context.registerService(Runnable.class, () -> {}, null);
    }

    @Override
    public void stop(BundleContext context) {
        // its service goes with it
    }
}
