package qubes.core.internal.plugin;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

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

    /** The plugins whose code the calling thread is in. */
    static Set<String> atWork() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(
                        frames ->
                                frames.limit(DEPTH)
                                        .map(StackWalker.StackFrame::getDeclaringClass)
                                        .distinct()
                                        .flatMap(
                                                type ->
                                                        Optional.ofNullable(
                                                                FrameworkUtil.getBundle(type))
                                                                .stream())
                                        .distinct()
                                        .filter(Blame::isPlugin)
                                        .map(Bundle::getSymbolicName)
                                        .collect(Collectors.toSet()));
    }

    private static boolean isPlugin(Bundle bundle) {
        String name = bundle.getSymbolicName();
        return bundle.getBundleId() != 0
                && name != null
                && !HOUSE.contains(name)
                && addsToTheCore(bundle);
    }

    private static Optional<String> owner(String className, Bundle[] all) {
        int inner = className.indexOf('/'); // of a hidden class
        String file = (inner < 0 ? className : className.substring(0, inner)).replace('.', '/');
        for (Bundle bundle : all) {
            if (isPlugin(bundle) && has(bundle, file + ".class")) {
                return Optional.of(bundle.getSymbolicName());
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
