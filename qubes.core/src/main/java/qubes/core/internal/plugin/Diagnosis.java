package qubes.core.internal.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.namespace.HostNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/** Why a bundle that is meant to run does not, or adds nothing, as far as it shows from outside. */
final class Diagnosis {
    private static final Pattern CLASS =
            Pattern.compile("<implementation\\s[^>]*class\\s*=\\s*[\"']([^\"']+)[\"']");

    private final Bundle[] all;

    /**
     * @param all the bundles there are, the framework's first
     */
    Diagnosis(Bundle[] all) {
        this.all = all;
    }

    /** The reason in one line; absent if nothing is wrong. Reads the bundle's files. */
    Optional<String> of(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null
                || !isMeantToRun(bundle)
                || !revision.getDeclaredRequirements(HostNamespace.HOST_NAMESPACE).isEmpty()) {
            return Optional.empty();
        }
        return switch (bundle.getState()) {
            case Bundle.INSTALLED -> unresolved(bundle);
            case Bundle.ACTIVE -> components(bundle, revision);
            default -> Optional.empty();
        };
    }

    private boolean isMeantToRun(Bundle bundle) {
        BundleStartLevel start = bundle.adapt(BundleStartLevel.class);
        FrameworkStartLevel now = all[0].adapt(FrameworkStartLevel.class);
        return bundle.getBundleId() != 0
                && start.isPersistentlyStarted()
                && start.getStartLevel() <= now.getStartLevel();
    }

    /** Nothing that is only so for a moment, as in the middle of an update. */
    private Optional<String> unresolved(Bundle bundle) {
        List<String> missing = new Missing(all).of(bundle);
        return missing.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", missing));
    }

    private static Optional<String> components(Bundle bundle, BundleRevision revision) {
        String header = bundle.getHeaders("").get("Service-Component");
        if (header == null) {
            boolean adds =
                    bundle.getHeaders("").get("Bundle-Activator") != null
                            || bundle.getHeaders("").get("Export-Package") != null
                            || !usesContracts(revision);
            return adds
                    ? Optional.empty()
                    : Optional.of(
                            "adds nothing: its manifest has no Service-Component, so it was not"
                                    + " built with the annotations of Declarative Services");
        }
        for (String entry : header.split(",")) {
            String path = entry.strip();
            if (!path.isEmpty() && path.indexOf('*') < 0) {
                URL file = bundle.getEntry(path);
                if (file == null) {
                    return Optional.of(
                            "adds nothing: its manifest names "
                                    + path
                                    + ", which is not in the jar");
                }
                Optional<String> absent = absentClass(bundle, file);
                if (absent.isPresent()) {
                    return absent.map(
                            name -> path + " names class " + name + ", which is not in the jar");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean usesContracts(BundleRevision revision) {
        return revision.getDeclaredRequirements("osgi.wiring.package").stream()
                .anyMatch(
                        it ->
                                it.getDirectives()
                                        .getOrDefault("filter", "")
                                        .contains("=qubes.core."));
    }

    private static Optional<String> absentClass(Bundle bundle, URL file) {
        if (bundle.getHeaders("").get("Bundle-ClassPath") != null) {
            return Optional.empty(); // it may be anywhere
        }
        try (InputStream in = file.openStream()) {
            Matcher names = CLASS.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            while (names.find()) {
                String name = names.group(1);
                if (bundle.getEntry(name.replace('.', '/') + ".class") == null) {
                    return Optional.of(name);
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // the framework says so itself when it reads it
        }
        return Optional.empty();
    }
}
