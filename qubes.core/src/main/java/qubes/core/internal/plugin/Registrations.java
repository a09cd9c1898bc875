package qubes.core.internal.plugin;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What bundles registered with the core, as a listener or a handler, and may forget to take back:
 * it is ended once its bundle has stopped, for it would go on being called, and keep the bundle's
 * classes.
 */
public final class Registrations {
    private static final Logger log = LoggerFactory.getLogger(Registrations.class);

    private final Map<Bundle, Set<Registration>> open = new ConcurrentHashMap<>();

    private final class Registration implements AutoCloseable {
        private final Bundle bundle;
        private final AutoCloseable registered;

        private Registration(Bundle bundle, AutoCloseable registered) {
            this.bundle = bundle;
            this.registered = registered;
        }

        @Override
        public void close() throws Exception {
            open.computeIfPresent(
                    bundle,
                    (any, all) -> {
                        all.remove(this);
                        return all.isEmpty() ? null : all;
                    });
            registered.close();
        }
    }

    /**
     * Returns what ends it, for its owner; the same as was given if that is of no bundle.
     *
     * @param owner the class that is called
     * @param registered ends it
     */
    public AutoCloseable keep(Class<?> owner, AutoCloseable registered) {
        Bundle bundle = FrameworkUtil.getBundle(owner);
        if (bundle == null) {
            return registered;
        }
        Registration kept = new Registration(bundle, registered);
        open.compute(
                bundle,
                (any, all) -> {
                    Set<Registration> more = all == null ? ConcurrentHashMap.newKeySet() : all;
                    more.add(kept);
                    return more;
                });
        return kept;
    }

    /** Ends those of a bundle; how many there were. */
    int end(Bundle bundle) {
        Set<Registration> left = open.remove(bundle);
        if (left == null) {
            return 0;
        }
        for (Registration registration : left) {
            try {
                registration.registered.close();
            } catch (Exception e) {
                log.error("What a bundle registered could not be ended", e);
            }
        }
        return left.size();
    }
}
