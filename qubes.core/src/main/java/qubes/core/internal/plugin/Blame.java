package qubes.core.internal.plugin;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;

/** Finds out whose code an error came out of. */
final class Blame {
    /** Bundles that run others' code: with these in a trace, look further out. */
    private static final Set<String> HOUSE =
            Set.of("qubes.core", "qubes.admin", "qubes.shell", "qubes.daemon");

    /** Further out there are only the same callers again. */
    private static final int DEPTH = 200;

    private Blame() {}

    static Optional<String> of(Throwable error, Bundle[] all) {
        StackTraceElement[] trace = error.getStackTrace();
        return Arrays.stream(trace)
                .limit(DEPTH)
                .map(StackTraceElement::getClassName)
                .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
                .distinct()
                .flatMap(name -> owner(name, all).stream())
                .findFirst();
    }

    private static Optional<String> owner(String className, Bundle[] all) {
        int inner = className.indexOf('/'); // of a hidden class
        String file = (inner < 0 ? className : className.substring(0, inner)).replace('.', '/');
        for (Bundle bundle : all) {
            String name = bundle.getSymbolicName();
            if (bundle.getBundleId() != 0
                    && name != null
                    && !HOUSE.contains(name)
                    && addsToTheCore(bundle)
                    && has(bundle, file + ".class")) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    private static boolean has(Bundle bundle, String file) {
        try {
            return bundle.getEntry(file) != null;
        } catch (IllegalStateException e) {
            return false; // it was uninstalled just now
        }
    }

    /** Libraries are nobody's fault: it is for who calls them to know how. */
    private static boolean addsToTheCore(Bundle bundle) {
        String imports = bundle.getHeaders("").get("Import-Package");
        return imports != null && imports.contains("qubes.core.");
    }
}
