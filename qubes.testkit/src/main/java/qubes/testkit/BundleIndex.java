package qubes.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;

/**
 * The bundles that a test can name: those on its class path, then those of the {@linkplain
 * ShippedSet shipped set}.
 */
final class BundleIndex {
    /**
     * What was found when the first test asked: neither class path nor folder changes while tests
     * run.
     */
    static final BundleIndex CURRENT = read();

    /** Symbolic name to the location that a framework installs from without copying. */
    private final Map<String, String> locations = new HashMap<>();

    /** Package to the symbolic name of the first bundle that exports it. */
    private final Map<String, String> exporters = new HashMap<>();

    private BundleIndex() {}

    /** Where the bundle with that symbolic name is. */
    Optional<String> location(String name) {
        return Optional.ofNullable(locations.get(name));
    }

    /** The symbolic name of a bundle that exports {@code packageName}. */
    Optional<String> exporter(String packageName) {
        return Optional.ofNullable(exporters.get(packageName));
    }

    private static BundleIndex read() {
        BundleIndex index = new BundleIndex();
        try {
            List<URL> manifests =
                    Collections.list(
                            BundleIndex.class.getClassLoader().getResources(JarFile.MANIFEST_NAME));
            for (URL manifest : manifests) {
                try (InputStream in = manifest.openStream()) {
                    index.add(new Manifest(in), root(manifest));
                }
            }
            List<Path> shipped = ShippedSet.folder().map(ShippedSet::jars).orElse(List.of());
            for (Path jar : shipped) {
                try (JarFile file = new JarFile(jar.toFile())) {
                    index.add(file.getManifest(), jar.toUri().toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return index;
    }

    private void add(@Nullable Manifest manifest, String location) {
        String name = manifest == null ? null : header(manifest, Constants.BUNDLE_SYMBOLICNAME);
        if (manifest == null || name == null) {
            return;
        }
        name = name.split(";", 2)[0].trim();
        if (locations.putIfAbsent(name, "reference:" + location) != null) {
            return;
        }
        String exports = header(manifest, Constants.EXPORT_PACKAGE);
        if (exports != null) {
            // Quoted parts may hold commas and semicolons; what is left is names and attributes.
            for (String clause : exports.replaceAll("\"[^\"]*\"", "").split(",")) {
                exporters.putIfAbsent(clause.split(";", 2)[0].trim(), name);
            }
        }
    }

    private static @Nullable String header(Manifest manifest, String name) {
        return manifest.getMainAttributes().getValue(name);
    }

    /** From the URL of a manifest, that of its jar or folder. */
    private static String root(URL manifest) {
        String url = manifest.toString();
        String root = url.substring(0, url.length() - JarFile.MANIFEST_NAME.length());
        return root.startsWith("jar:") ? root.substring(4, root.length() - 2) : root;
    }
}
