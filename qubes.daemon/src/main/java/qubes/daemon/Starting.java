package qubes.daemon;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import qubes.core.plugin.Plugins;

/**
 * A plugin that takes its time to start, on a thread that starts the framework's bundles.
 *
 * @param plugin its name
 * @param where what it is at
 */
record Starting(String plugin, String where) {
    private static final String KIND = "starting";

    /** The one that is starting now, if there is any. */
    static Optional<Starting> find(Plugins plugins) {
        Collection<StackTraceElement[]> traces = Thread.getAllStackTraces().values();
        return traces.stream()
                .filter(Starting::startsBundles)
                .flatMap(
                        trace -> {
                            Throwable where = new Throwable("where it is");
                            where.setStackTrace(trace);
                            return plugins.blame(where).stream()
                                    .map(plugin -> new Starting(plugin, place(trace)));
                        })
                .findFirst();
    }

    private static boolean startsBundles(StackTraceElement[] trace) {
        return Arrays.stream(trace)
                .anyMatch(
                        it ->
                                it.getMethodName().equals("startBundle")
                                        || it.getMethodName().equals("setActiveStartLevel"));
    }

    private static String place(StackTraceElement[] trace) {
        return Arrays.stream(trace)
                .filter(it -> !it.getClassName().startsWith("java."))
                .filter(it -> !it.getClassName().startsWith("jdk."))
                .findFirst()
                .map(it -> it.getClassName() + "." + it.getMethodName())
                .orElse("an unknown place");
    }

    void tell(Plugins plugins) {
        plugins.trouble(
                plugin, KIND, "is still starting, the system is ready without it: " + where);
    }

    void settle(Plugins plugins) {
        plugins.settled(plugin, KIND);
    }
}
