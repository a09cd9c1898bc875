package qubes.itest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.LocationProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The modules of the workspace and what was built of them: a module is a folder with a bnd.bnd. */
final class Modules {
    private static final Set<String> TESTS_OF_THE_WHOLE =
            Set.of("qubes.itest", "qubes.bench", "qubes.reference");

    private static final String PACKAGE_INFO = "/package-info.class";

    /** Annotations of a contract, as class files name them. */
    private static final Set<String> CONTRACT =
            Set.of(
                    "Lorg/osgi/annotation/bundle/Export;",
                    "Lorg/osgi/annotation/versioning/Version;");

    private static final String PROVIDER_TYPE = "org.osgi.annotation.versioning.ProviderType";

    private Modules() {}

    /** The class files of every module, for {@code @AnalyzeClasses}. */
    static final class Classes implements LocationProvider {
        @Override
        public Set<Location> get(Class<?> testClass) {
            return locations("classes", true);
        }
    }

    /** The class files of every module's tests, this one's too. */
    static final class TestClasses implements LocationProvider {
        @Override
        public Set<Location> get(Class<?> testClass) {
            return locations("test-classes", false);
        }
    }

    /** Names of the modules, sorted. */
    static List<String> names() {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("bnd.bnd")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The jars of all modules but the benchmarks, as their manifests describe them. */
    static List<BundleFacts> bundles() throws IOException {
        List<BundleFacts> bundles = new ArrayList<>();
        JavaClasses classes = new ClassFileImporter().importLocations(locations("classes", true));
        for (String name : names()) {
            if (!TESTS_OF_THE_WHOLE.contains(name)) {
                try (JarFile jar = new JarFile(jar(name).toFile())) {
                    bundles.add(
                            BundleFacts.of(
                                    name,
                                    jar.getManifest(),
                                    contracts(jar),
                                    provided(name, classes)));
                }
            }
        }
        return bundles;
    }

    /** Names of the packages of which classes of the module implement provider types. */
    private static Set<String> provided(String module, JavaClasses classes) {
        return classes.stream()
                .filter(c -> (c.getPackageName() + ".").startsWith(module + "."))
                .flatMap(
                        c ->
                                Stream.concat(
                                        c.getRawInterfaces().stream(),
                                        c.getRawSuperclass().stream()))
                .filter(type -> type.isAnnotatedWith(PROVIDER_TYPE))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
    }

    /** Names of the packages in a jar whose package-info exports them with a version. */
    private static Set<String> contracts(JarFile jar) throws IOException {
        Set<String> contracts = new HashSet<>();
        for (JarEntry entry : Collections.list(jar.entries())) {
            if (entry.getName().endsWith(PACKAGE_INFO)) {
                try (InputStream in = jar.getInputStream(entry)) {
                    if (ConstantPool.read(in).texts().containsAll(CONTRACT)) {
                        String folder = entry.getName().replace(PACKAGE_INFO, "");
                        contracts.add(folder.replace('/', '.'));
                    }
                }
            }
        }
        return contracts;
    }

    private static Path jar(String module) throws IOException {
        Path target = root().resolve(module).resolve("target");
        try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.of()) {
            return files.filter(file -> isMainJar(module, file.getFileName().toString()))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "No jar in "
                                                    + module
                                                    + "/target: build the whole workspace first"));
        }
    }

    private static boolean isMainJar(String module, String file) {
        return file.startsWith(module + "-")
                && file.endsWith(".jar")
                && !file.endsWith("-sources.jar")
                && !file.endsWith("-javadoc.jar");
    }

    private static Set<Location> locations(String kind, boolean needed) {
        Set<Location> locations = new HashSet<>();
        for (String name : names()) {
            Path classes = root().resolve(name).resolve("target").resolve(kind);
            if (Files.isDirectory(classes)) {
                locations.add(Location.of(classes));
            } else if (needed && !TESTS_OF_THE_WHOLE.contains(name)) {
                throw new IllegalStateException(
                        "No " + kind + " in " + name + "/target: build the whole workspace first");
            }
        }
        return locations;
    }

    /** The workspace's folder. */
    static Path root() {
        String root = System.getProperty("qubes.root");
        if (root == null) {
            throw new IllegalStateException(
                    "qubes.root: not set; the build sets it to the workspace's folder");
        }
        return Path.of(root).normalize();
    }
}
