package qubes.itest.faults;

import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import qubes.core.plugin.PluginReport;
import qubes.core.vm.Qubes;
import qubes.itest.BuiltBundle;
import qubes.testkit.exam.QubesHome;

/** The plugin that goes wrong where a test says so. */
final class Faulty {
    /** All but the hypervisor, which would be in the way of others. */
    static final String ALL = "!*FaultyGuests,*";

    private static final String FAULT = "qubes.itest.fault";
    private static final String BLOCKS = FAULT + ".blocks";

    private Faulty() {}

    /**
     * A bundle of it.
     *
     * @param components of its classes, as bnd's {@code -dsannotations} has them
     */
    static BuiltBundle named(String name, String components) {
        return BuiltBundle.named(name)
                .with("Private-Package", "qubes.itest.faulty")
                .with("-dsannotations", components)
                .with("Import-Package", "!qubes.testkit.*,!org.jspecify.annotations,*");
    }

    /** Installs what lies in the folder {@code offer} of a system's home. */
    static Bundle install(BundleContext context, String name) throws BundleException {
        Path offer = QubesHome.of(context).path().resolve("offer");
        return context.installBundle(offer.resolve(name + ".jar").toUri().toString());
    }

    /** From now on it goes wrong at a place, in one of the ways it knows. */
    static void failAt(String place, String kind) {
        System.setProperty(FAULT, place + "=" + kind);
    }

    /** From now on nothing goes wrong. */
    static void work() {
        System.clearProperty(FAULT);
        System.clearProperty(BLOCKS);
    }

    /** True once it has begun to block, until {@link #work}. */
    static boolean blocks() {
        return System.getProperty(BLOCKS) != null;
    }

    /** How many of its faults were counted. */
    static long faults(Qubes qubes, String plugin) {
        return qubes.plugins().reports().stream()
                .filter(report -> report.plugin().equals(plugin))
                .mapToLong(PluginReport::faults)
                .sum();
    }
}
