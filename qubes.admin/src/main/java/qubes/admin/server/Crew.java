package qubes.admin.server;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminSocket;

/**
 * The workers of all sockets, and what they work with. A worker whose call does not end is replaced
 * by another, so that as many as before wait for callers; only so many can be out at a time.
 */
final class Crew {
    private static final Logger log = LoggerFactory.getLogger(Crew.class);

    /** So many workers may be out with calls that do not end. */
    private static final int MOST_OUT = 64;

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Connections connections;
    private final Stragglers stragglers;
    private final Answers answers;
    private final Watch watch;
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger out = new AtomicInteger(); // workers that were replaced
    private final AtomicLong failures =
            new AtomicLong(); // to accept, since that was said to be over
    private final AtomicLong lastReport = new AtomicLong(System.nanoTime() - QUIET_NANOS);
    private final Set<Thread> threads = new HashSet<>(); // guarded by this

    Crew(Connections connections, Stragglers stragglers, Answers answers, Watch watch) {
        this.connections = connections;
        this.stragglers = stragglers;
        this.answers = answers;
        this.watch = watch;
    }

    Connections connections() {
        return connections;
    }

    Stragglers stragglers() {
        return stragglers;
    }

    Answers answers() {
        return answers;
    }

    Watch watch() {
        return watch;
    }

    /** One more worker listens on a socket. */
    void start(ServerSocketChannel server, AdminSocket socket) {
        Worker worker = new Worker(server, socket, this);
        Thread thread =
                new Thread(
                        worker,
                        "admin-"
                                + socket.name().toLowerCase(Locale.ROOT)
                                + "-"
                                + names.getAndIncrement());
        thread.setDaemon(true);
        watch.add(worker);
        synchronized (this) {
            threads.add(thread);
        }
        thread.start();
    }

    /** Another worker in place of one that is held up; false if too many are already. */
    boolean replace(Worker worker) {
        if (!worker.server().isOpen() || out.incrementAndGet() > MOST_OUT) {
            out.decrementAndGet();
            return false;
        }
        start(worker.server(), worker.socket());
        return true;
    }

    /** A worker ends; called by itself. */
    void leave(Worker worker, boolean replaced) {
        watch.remove(worker);
        synchronized (this) {
            threads.remove(Thread.currentThread());
        }
        if (replaced) {
            out.decrementAndGet();
        }
    }

    /** Those that are not held up by a call. */
    synchronized List<Thread> threads() {
        return List.copyOf(threads);
    }

    /** A caller got through. */
    void accepted() {
        if (failures.get() != 0 && System.nanoTime() - lastReport.get() >= QUIET_NANOS) {
            long count = failures.getAndSet(0);
            if (count > 0) {
                log.info("Callers are accepted again, after {} failures", count);
            }
        }
    }

    /** A caller could not be accepted: said once, then every ten seconds. */
    void notAccepted(AdminSocket socket, IOException e) {
        long count = failures.incrementAndGet();
        long last = lastReport.get();
        long now = System.nanoTime();
        if (now - last >= QUIET_NANOS && lastReport.compareAndSet(last, now)) {
            log.error(
                    "Callers cannot be accepted on socket {}, {} times so far: {}",
                    socket,
                    count,
                    e.getMessage());
        }
    }
}
