package qubes.core.internal.system;

import java.lang.reflect.InvocationTargetException;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where threads come from: virtual ones where the JVM has them, else a bounded pool. */
final class Threads {
    private static final int MOST = 64;

    private Threads() {}

    static ExecutorService executor() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return pool();
        }
    }

    private static ExecutorService pool() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        MOST,
                        MOST,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        named("qubes-work-"));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Daemon threads with numbered names. */
    static ThreadFactory named(String prefix) {
        AtomicInteger next = new AtomicInteger(1);
        return work -> {
            Thread thread = ofNobody(work, prefix + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * A thread that keeps nothing of whose work made it necessary. Else it would keep the classes
     * of all that are on the stack now, and a bundle among them could not leave before the thread
     * ends.
     */
    @SuppressWarnings("removal") // there is no other way while the JDK keeps the stack's domains
    private static Thread ofNobody(Runnable work, String name) {
        return AccessController.doPrivileged(
                (PrivilegedAction<Thread>) () -> new Thread(null, work, name, 0, false));
    }
}
