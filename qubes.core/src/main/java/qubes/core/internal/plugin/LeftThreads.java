package qubes.core.internal.plugin;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleReference;

/** Threads that bundles left running when they stopped. Holds them weakly. */
final class LeftThreads {
    private final Map<String, List<WeakReference<Thread>>> left =
            new ConcurrentHashMap<>(); // plugin to threads

    /** A bundle has stopped: whatever still runs its code is left behind. */
    void left(String plugin, Bundle bundle) {
        List<WeakReference<Thread>> threads =
                Thread.getAllStackTraces().entrySet().stream()
                        .filter(it -> it.getKey() != Thread.currentThread())
                        .filter(it -> isOf(bundle, it.getKey(), it.getValue()))
                        .map(it -> new WeakReference<>(it.getKey()))
                        .toList();
        if (threads.isEmpty()) {
            left.remove(plugin);
        } else {
            left.put(plugin, threads);
        }
    }

    /** The names of those of a plugin that still run. */
    List<String> of(String plugin) {
        return left.getOrDefault(plugin, List.of()).stream()
                .map(WeakReference::get)
                .filter(thread -> thread != null && thread.isAlive())
                .map(Thread::getName)
                .sorted()
                .toList();
    }

    /** The plugins that left any. */
    List<String> plugins() {
        return List.copyOf(left.keySet());
    }

    private static boolean isOf(Bundle bundle, Thread thread, StackTraceElement[] frames) {
        return isOf(bundle, thread.getContextClassLoader())
                || isOf(bundle, thread.getClass().getClassLoader())
                || Arrays.stream(frames)
                        .map(StackTraceElement::getClassName)
                        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
                        .distinct()
                        .anyMatch(name -> has(bundle, name));
    }

    private static boolean isOf(Bundle bundle, @Nullable ClassLoader loader) {
        return loader instanceof BundleReference of && bundle.equals(of.getBundle());
    }

    private static boolean has(Bundle bundle, String className) {
        int inner = className.indexOf('/'); // of a hidden class
        String name = inner < 0 ? className : className.substring(0, inner);
        return bundle.getEntry(name.replace('.', '/') + ".class") != null;
    }
}
