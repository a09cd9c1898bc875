package qubes.core.internal.system;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Work that there may be a lot of at one time, as for each of a thousand domains, and that nobody
 * waits for: it takes few of the threads there are, and leaves the processors to who is waited for.
 */
final class FewAtOnce implements Executor {
    private final Executor workers;
    private final int most;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private int running; // guarded by this

    /**
     * @param workers whose threads do it
     * @param most how many of them at once
     */
    FewAtOnce(Executor workers, int most) {
        this.workers = workers;
        this.most = most;
    }

    @Override
    public void execute(Runnable work) {
        synchronized (this) {
            waiting.add(work);
            if (running == most) {
                return;
            }
            running++;
        }
        workers.execute(this::workOff);
    }

    private void workOff() {
        boolean done = false;
        try {
            for (Runnable next = next(); next != null; next = next()) {
                next.run();
            }
            done = true;
        } finally {
            if (!done) {
                failed();
            }
        }
    }

    /** The next piece of work; null, and one thread less, if there is none or the system closes. */
    private synchronized @Nullable Runnable next() {
        Runnable next = Thread.currentThread().isInterrupted() ? null : waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /**
     * A piece of work threw: its thread goes, the rest is for the others, or for the next caller.
     */
    private synchronized void failed() {
        running--;
    }
}
