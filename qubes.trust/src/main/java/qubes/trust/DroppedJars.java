package qubes.trust;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.felix.fileinstall.ArtifactTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the jars of the drop folder before File Install does anything with them, so that one
 * that is refused does not take the place of a bundle that runs. What is installed is the copy that
 * was looked at.
 */
final class DroppedJars implements ArtifactTransformer {
    private static final Logger log = LoggerFactory.getLogger(DroppedJars.class);

    private final BundleContext context;
    private final Guard guard;

    /** A file that was not installed to the reason. */
    private final Map<Path, String> refused = new ConcurrentHashMap<>();

    DroppedJars(BundleContext context, Guard guard) {
        this.context = context;
        this.guard = guard;
    }

    @Override
    public boolean canHandle(File artifact) {
        return artifact.getName().endsWith(".jar")
                && header(artifact, Constants.BUNDLE_SYMBOLICNAME).isPresent()
                && header(artifact, Constants.BUNDLE_VERSION).isPresent();
    }

    /**
     * The file to install in place of a dropped one: itself if nothing is asked for, a copy that
     * was looked at, what is installed already if it must not be replaced, or none.
     */
    @Override
    public @Nullable File transform(File artifact, File folder) throws IOException {
        Path file = artifact.toPath();
        refused.remove(file);
        if (!guard.required()) {
            return artifact;
        }
        Path copy = Files.createTempFile(folder.toPath(), "dropped-", ".jar");
        Files.write(copy, Files.readAllBytes(file));
        Verdict verdict = guard.judge(copy);
        if (verdict.accepted()) {
            return copy.toFile();
        }
        Optional<Bundle> own = installedFrom(artifact);
        boolean replaces =
                own.isPresent() ? isTrusted(own.get()) : isExtension(copy) || isInstalled(copy);
        if (!replaces) {
            return copy.toFile(); // installed, named and not run, so that it shows among bundles
        }
        refused.put(file, verdict.reason());
        log.warn(
                "{} is not installed{}: it {}",
                Shown.quote(artifact.getName()),
                own.isPresent() ? ", and what was goes on" : "",
                verdict.reason());
        if (own.isEmpty()) {
            Files.delete(copy);
            return null;
        }
        Content.of(own.get()).writeTo(copy);
        return copy.toFile();
    }

    /** Files that were not installed, each with the reason, by name. */
    Map<Path, String> refusals() {
        return Map.copyOf(refused);
    }

    /** Has File Install look again at files that were refused and may be installed now. Blocks. */
    void lookAgain() {
        for (Path file : List.copyOf(refused.keySet())) {
            try {
                if (!Files.exists(file)) {
                    refused.remove(file);
                } else if (!guard.required() || guard.judge(file).accepted()) {
                    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
                }
            } catch (IOException e) {
                log.warn("{} is not looked at again: {}", file.getFileName(), e.toString());
            }
        }
    }

    private Optional<Bundle> installedFrom(File artifact) {
        String location = artifact.toURI().normalize().toString();
        return Optional.ofNullable(context.getBundle(location));
    }

    private boolean isTrusted(Bundle bundle) {
        return !guard.refusals().containsKey(bundle.getBundleId());
    }

    /** File Install replaces a bundle of the same name and version, wherever it came from. */
    private boolean isInstalled(Path jar) {
        String name = header(jar.toFile(), Constants.BUNDLE_SYMBOLICNAME).orElse("");
        return Arrays.stream(context.getBundles())
                .anyMatch(bundle -> name.equals(bundle.getSymbolicName()) && isTrusted(bundle));
    }

    /** The framework takes it into itself without resolving it. */
    private static boolean isExtension(Path jar) {
        return header(jar.toFile(), Constants.FRAGMENT_HOST)
                .filter(
                        host ->
                                host.contains(Constants.SYSTEM_BUNDLE_SYMBOLICNAME)
                                        || host.contains("org.apache.felix.framework")
                                        || host.contains("org.eclipse.osgi")
                                        || host.contains(Constants.EXTENSION_DIRECTIVE))
                .isPresent();
    }

    private static Optional<String> header(File file, String name) {
        try (JarFile jar = new JarFile(file, false)) {
            Manifest manifest = jar.getManifest();
            return manifest == null
                    ? Optional.empty()
                    : Optional.ofNullable(
                                    manifest.getMainAttributes()
                                            .getValue(new Attributes.Name(name)))
                            .map(value -> value.split(";", 2)[0].strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
