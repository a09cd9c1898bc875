package qubes.testkit.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ops4j.pax.exam.Constants;
import org.ops4j.pax.exam.Option;
import qubes.testkit.ShippedSet;

/** Options for {@link PaxExam}: exactly the bundles that are shipped, from files. */
public final class QubesExam {
    /** System property that names the folder of the shipped set: {@value}. */
    public static final String BUNDLES = ShippedSet.FOLDER;

    private QubesExam() {}

    /**
     * {@return the shipped set on a new home: an empty store, libvirt's test driver}
     *
     * @throws IllegalStateException if there is no {@linkplain ShippedSet shipped set} to be found
     */
    public static Option options() {
        return options(QubesHome.create());
    }

    /**
     * {@return the shipped set on {@code home}, whose folders are looked at ten times a second}
     * Warnings are logged to the console.
     *
     * @param home what it works on
     * @throws IllegalStateException if there is no {@linkplain ShippedSet shipped set} to be found
     */
    public static Option options(QubesHome home) {
        Path path = home.path();
        List<Option> options = new ArrayList<>();
        for (Path jar : ShippedSet.jars()) {
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

    /**
     * {@return the bundle that holds {@code type}, from the class path} The author's own is one
     * once it is packaged.
     *
     * @param type any class of the bundle
     * @throws org.junit.jupiter.api.extension.ExtensionConfigurationException if it is no bundle
     *     yet
     */
    public static Option bundleOf(Class<?> type) {
        return bundle(ContainerBundles.location(type));
    }
}
