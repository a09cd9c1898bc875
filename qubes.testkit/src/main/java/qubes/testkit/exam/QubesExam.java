package qubes.testkit.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Constants;
import org.ops4j.pax.exam.Option;

/** Options for {@link PaxExam}: exactly the bundles that are shipped, from files. */
public final class QubesExam {
    /** System property that names the folder of the shipped set: {@value}. */
    public static final String BUNDLES = "qubes.bundles";

    private QubesExam() {}

    /**
     * {@return the shipped set on a new home: an empty store, libvirt's test driver}
     *
     * @throws IllegalStateException if the system property {@value #BUNDLES} does not name a folder
     *     with bundles
     */
    public static Option options() {
        return options(QubesHome.create());
    }

    /**
     * {@return the shipped set on {@code home}, whose folders are looked at ten times a second}
     * Warnings are logged to the console.
     *
     * @param home what it works on
     * @throws IllegalStateException if the system property {@value #BUNDLES} does not name a folder
     *     with bundles
     */
    public static Option options(QubesHome home) {
        Path path = home.path();
        List<Option> options = new ArrayList<>();
        for (Path jar : shipped()) {
            options.add(bundle(jar.toUri().toString()).startLevel(startLevel(jar)));
        }
        options.add(systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("WARN"));
        Map.of(
                        "org.ops4j.pax.logging.service.frameworkEventsLogLevel", "DISABLED",
                        "qubes.home", path.toString(),
                        "felix.fileinstall.dir",
                                path.resolve("etc") + "," + path.resolve("plugins"),
                        "felix.fileinstall.tmpdir", path.resolve("cache").toString(),
                        "felix.fileinstall.noInitialDelay", "true",
                        "felix.fileinstall.poll", "100",
                        "felix.fileinstall.enableConfigSave", "false")
                .forEach((key, value) -> options.add(frameworkProperty(key).value(value)));
        return composite(options.toArray(Option[]::new));
    }

    /**
     * Services first: File Install reads the configurations when it starts, before there is a
     * component that needs one.
     */
    private static int startLevel(Path jar) {
        String name = jar.getFileName().toString();
        return name.startsWith("qubes.") || name.startsWith("org.apache.felix.scr-")
                ? Constants.START_LEVEL_DEFAULT_PROVISION
                : Constants.START_LEVEL_SYSTEM_BUNDLES;
    }

    /** The shipped bundles' files, by name. */
    static List<Path> shipped() {
        String folder = System.getProperty(BUNDLES);
        if (folder == null || !Files.isDirectory(Path.of(folder))) {
            throw new IllegalStateException(
                    "System property "
                            + BUNDLES
                            + " is "
                            + folder
                            + "; it must name the folder of the shipped bundles, target/export/qubes of qubes.dist");
        }
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
