package qubes.daemon;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * A plugin that takes its time to start, on a thread that starts the framework's bundles.
 *
 * @param plugin its name
 * @param where what it is at
 */
record Starting(String plugin, String where) {
    /**
     * The one that is starting now, if there is any.
     *
     * @param blame names the plugin whose code an error came out of
     */
    static Optional<Starting> find(Function<Throwable, Optional<String>> blame) {
        return Thread.getAllStackTraces().values().stream()
                .filter(Starting::startsBundles)
                .flatMap(
                        trace -> {
                            Throwable where = new Throwable("where it is");
                            where.setStackTrace(trace);
                            return blame.apply(where).stream()
                                    .map(plugin -> new Starting(plugin, place(trace)));
                        })
                .findFirst();
    }

    /** Whether any bundle is starting now, be it a plugin's code or the framework's that runs. */
    static boolean any() {
        return Thread.getAllStackTraces().values().stream().anyMatch(Starting::startsBundles);
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
}
