package qubes.testkit.exam;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.ops4j.pax.exam.Constants;
import org.ops4j.pax.exam.Option;

/**
 * What every container needs beside what a test configures: JUnit, Pax Exam's own bundles, this
 * kit. All of it is taken from the class path, so that nothing is looked up in a repository while
 * tests run.
 */
final class ContainerBundles {
    private static final long STOP_TIMEOUT_MILLIS = 30_000;

    /**
     * One class of each bundle, by name: most are on the class path of those only who run tests in
     * a container.
     */
    private static final List<String> CLASSES =
            List.of(
                    "qubes.testkit.exam.PaxExam",
                    "org.junit.jupiter.api.Test",
                    "org.junit.jupiter.params.ParameterizedTest",
                    "org.junit.jupiter.engine.JupiterTestEngine",
                    "org.junit.platform.commons.JUnitException",
                    "org.junit.platform.engine.TestEngine",
                    "org.junit.platform.launcher.Launcher",
                    "org.ops4j.pax.exam.raw.extender.intern.Activator",
                    "org.ops4j.pax.exam.inject.internal.Activator",
                    "org.ops4j.lang.NullArgumentException",
                    "org.ops4j.pax.swissbox.core.BundleUtils",
                    "org.ops4j.pax.swissbox.extender.BundleWatcher",
                    "org.ops4j.pax.swissbox.lifecycle.Lifecycle",
                    "org.ops4j.pax.swissbox.tracker.ServiceLookup",
                    "javax.inject.Inject");

    private ContainerBundles() {}

    static Option[] options() {
        List<Option> options = new ArrayList<>();
        options.add(frameworkStartLevel(Constants.START_LEVEL_TEST_BUNDLE));
        options.add(systemTimeout(STOP_TIMEOUT_MILLIS));
        // One class on both sides, so that what a test throws is known for what it is outside.
        options.add(systemPackage("org.opentest4j;version=1.3.0"));
        for (String name : CLASSES) {
            options.add(bundle(location(name)).startLevel(Constants.START_LEVEL_SYSTEM_BUNDLES));
        }
        return options.toArray(Option[]::new);
    }

    private static String location(String className) {
        try {
            return location(
                    Class.forName(className, false, ContainerBundles.class.getClassLoader()));
        } catch (ClassNotFoundException e) {
            throw new ExtensionConfigurationException(
                    "Class "
                            + className
                            + " is not on the class path: see the dependencies in the README of qubes.testkit",
                    e);
        }
    }

    /** Where the bundle with that class is, as the framework reads it. */
    static String location(Class<?> type) {
        URL location = type.getProtectionDomain().getCodeSource().getLocation();
        if (!location.getPath().endsWith("/")) {
            return location.toString();
        }
        if (!Files.exists(Path.of(location.getPath(), "META-INF", "MANIFEST.MF"))) {
            throw new ExtensionConfigurationException(
                    location
                            + " is no bundle yet: tests in a container run after packaging, in `mvn verify`");
        }
        return "reference:" + location;
    }
}
