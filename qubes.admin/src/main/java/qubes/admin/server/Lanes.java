package qubes.admin.server;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import qubes.core.admin.MethodTraits.Pace;

/**
 * Threads for calls that wait, apart from those that read requests. What takes seconds has a lane
 * of its own, so that sixty shutdowns that wait for their guests do not hold up a property that is
 * set; and threads that are not the system's, which those sixty guests need in order to stop.
 */
final class Lanes implements AutoCloseable {
    private static final int BRIEF_WIDTH = 32;
    private static final int BRIEF_SHARE = 24;
    private static final int LONG_WIDTH = 192;
    private static final int LONG_SHARE = 64;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final Lane brief;
    private final Lane longer;

    /**
     * @param body answers a call; throws nothing
     */
    Lanes(Consumer<Exchange> body) {
        AtomicInteger next = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE, // the lanes count
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        work -> {
                            Thread thread =
                                    new Thread(work, "admin-call-" + next.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        this.brief = new Lane(BRIEF_WIDTH, BRIEF_SHARE, threads, body);
        this.longer = new Lane(LONG_WIDTH, LONG_SHARE, threads, body);
    }

    /** Runs a call whose method's pace is this, or what has to be kept off the caller's thread. */
    Lane of(Pace pace) {
        return pace == Pace.LONG ? longer : brief;
    }

    Lane brief() {
        return brief;
    }

    Lane longer() {
        return longer;
    }

    /** Lets what has begun end. */
    @Override
    public void close() {
        brief.close();
        longer.close();
    }
}
