package qubes.admin.server;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for calls that wait, apart from those that read requests. What takes seconds has threads
 * of its own, so that sixty shutdowns that wait for their guests do not hold up a property that is
 * set.
 */
final class Lanes implements AutoCloseable {
    private static final int BRIEF_THREADS = 32;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor brief;
    private final ExecutorService longer;

    /**
     * @param longer the system's own, for what takes long; not closed here
     */
    Lanes(ExecutorService longer) {
        AtomicInteger next = new AtomicInteger();
        this.brief =
                new ThreadPoolExecutor(
                        BRIEF_THREADS,
                        BRIEF_THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        work -> {
                            Thread thread =
                                    new Thread(work, "admin-brief-" + next.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        this.brief.allowCoreThreadTimeOut(true);
        this.longer = longer;
    }

    /** Runs what waits for the disk, or has to be kept off the caller's thread. */
    void brief(Runnable work) {
        brief.execute(work);
    }

    /** Runs what waits for guests or volumes. */
    void longer(Runnable work) {
        longer.execute(work);
    }

    /** Lets what has begun end. */
    @Override
    public void close() {
        brief.shutdown();
    }
}
