package qubes.trust;

import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;

/**
 * Has bundles that are no part of the product start after those that are, so that one that blocks
 * as it starts holds up none of the product's. A jar that takes the place of one of the product's,
 * by its name, takes its place in the order as well. Whoever installs a bundle may give it another
 * level.
 *
 * @param shipped what the product consists of
 * @param level of all others
 */
record StrangersLast(ShippedBundles shipped, int level) implements SynchronousBundleListener {
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.INSTALLED
                && !shipped.namedAs(event.getBundle().getLocation())) {
            event.getBundle().adapt(BundleStartLevel.class).setStartLevel(level);
        }
    }
}
