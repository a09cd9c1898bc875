package qubes.trust;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ManagedService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the operator wants, as settings and listed certificates change. As a supplier it tells
 * who is refused: the id of a bundle, or a file's name, to the reason.
 */
final class Trust implements ManagedService, Supplier<Map<String, String>>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Trust.class);

    private final Guard guard;
    private final DroppedJars jars;
    private final @Nullable Path settingsFile;
    private final @Nullable Path certificates;

    private @Nullable FolderWatch watch; // guarded by this
    private boolean required; // guarded by this

    Trust(Guard guard, DroppedJars jars, @Nullable Path settingsFile, @Nullable Path certificates) {
        this.guard = guard;
        this.jars = jars;
        this.settingsFile = settingsFile;
        this.certificates = certificates;
    }

    @Override
    public synchronized void updated(@Nullable Dictionary<String, ?> configuration) {
        boolean wanted = Settings.of(configuration, settingsFile).required();
        if (wanted == required) {
            return;
        }
        required = wanted;
        if (wanted) {
            open();
        } else {
            close();
            log.info("Bundles need no signature from now on");
        }
        apply();
    }

    private synchronized void apply() {
        if (!required) {
            guard.require(null);
        } else {
            TrustedCertificates trusted =
                    certificates == null
                            ? new TrustedCertificates(java.util.Set.of())
                            : TrustedCertificates.in(certificates);
            log.info(
                    "Bundles that are no part of the product must be signed; certificates listed: {}",
                    trusted.listed().size());
            guard.require(trusted);
        }
        jars.lookAgain();
    }

    private synchronized void open() {
        if (certificates != null) {
            try {
                watch = new FolderWatch(certificates, this::apply);
            } catch (IOException e) {
                log.warn(
                        "Changes of the trusted certificates count from the next start only: {}",
                        e.toString());
            }
        }
    }

    /** Ends the watch. What was refused stays refused. */
    @Override
    public synchronized void close() {
        if (watch != null) {
            try {
                watch.close();
            } catch (IOException e) {
                log.debug("The watch does not end well", e);
            }
            watch = null;
        }
    }

    @Override
    public Map<String, String> get() {
        Map<String, String> refusals = new TreeMap<>();
        guard.refusals().forEach((id, reason) -> refusals.put(Long.toString(id), reason));
        jars.refusals()
                .forEach((file, reason) -> refusals.put(file.getFileName().toString(), reason));
        return refusals;
    }
}
