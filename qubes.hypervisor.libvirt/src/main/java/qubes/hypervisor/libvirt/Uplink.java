package qubes.hypervisor.libvirt;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.libvirt.Error.ErrorNumber;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;

/**
 * Keeps one link to libvirt open: opens it in the background, again and again with growing pauses,
 * and anew when it is lost. A call that fails because the link died is repeated once on the next
 * link.
 */
final class Uplink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Uplink.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final long PATIENCE_SECONDS = 30;

    /** Opens a link and makes it ready for use: with its events heard and its guests known. */
    interface Opener {
        Link open() throws VirtException;
    }

    /** Work that needs a link; done a second time if the link dies on the first. */
    interface Work<T> {
        T with(Link link) throws VirtException;
    }

    private final String uri;
    private final Opener opener;
    private final Duration firstPause;
    private final Duration longestPause;
    private final Thread keeper;

    private volatile @Nullable Link link;
    // the attempt under way, or the next one while a pause lasts; guarded by this
    private CompletableFuture<Link> attempt = new CompletableFuture<>();
    private boolean attempting = true; // guarded by this
    private boolean hurry; // somebody waits for the next attempt; guarded by this
    private boolean closed; // guarded by this
    private boolean complained; // one line an outage; used by the keeper only

    Uplink(String uri, Opener opener) {
        this(uri, opener, FIRST_PAUSE, LONGEST_PAUSE);
    }

    /**
     * @param firstPause after the first failed attempt; doubled after each further one
     * @param longestPause where the doubling ends
     */
    Uplink(String uri, Opener opener, Duration firstPause, Duration longestPause) {
        this.uri = uri;
        this.opener = opener;
        this.firstPause = firstPause;
        this.longestPause = longestPause;
        this.keeper = new Thread(this::keep, "libvirt-connection");
        keeper.setDaemon(true);
    }

    void start() {
        keeper.start();
    }

    /** Waits for the outcome of the first attempt, whatever it is. */
    void awaitFirstAttempt(int seconds) {
        CompletableFuture<Link> first;
        synchronized (this) {
            first = attempt;
            if (!attempting) {
                return;
            }
        }
        try {
            first.get(seconds, TimeUnit.SECONDS);
        } catch (CancellationException | ExecutionException | TimeoutException e) {
            log.debug("No connection to {} yet", uri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean up() {
        return link != null;
    }

    /** The link if it is up; never waits. */
    @Nullable Link current() {
        return link;
    }

    /**
     * Does the work; blocks as long as libvirt does.
     *
     * @throws VirtException if libvirt refuses it
     * @throws QubesException if there is no connection
     */
    <T> T call(Work<T> work) throws VirtException {
        Link first = link;
        if (first == null) {
            first = awaitAttempt();
        }
        try {
            return work.with(first);
        } catch (VirtException e) {
            if (first.alive()) {
                throw e;
            }
            log.info("A call found the connection to {} dead and is repeated once", uri);
            lost(first, e.getMessage());
            return work.with(awaitAttempt());
        }
    }

    /** Notes that the link is dead; a new one is opened in the background. */
    synchronized void lost(Link dead, @Nullable String why) {
        if (link != dead || closed) {
            return;
        }
        log.warn("Connection to {} lost: {}", uri, why);
        link = null;
        attempt = new CompletableFuture<>();
        attempting = true;
        notifyAll();
    }

    /** The link of the attempt under way; a pause between two attempts ends at once. */
    private Link awaitAttempt() {
        CompletableFuture<Link> current;
        synchronized (this) {
            if (link != null) {
                return link;
            }
            if (closed) {
                throw down(null);
            }
            if (!attempting) {
                hurry = true;
                notifyAll();
            }
            current = attempt;
        }
        try {
            return current.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (CancellationException e) {
            throw down(e);
        } catch (ExecutionException e) {
            throw down(e.getCause());
        } catch (TimeoutException e) {
            throw down(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw down(e);
        }
    }

    private QubesException down(@Nullable Throwable cause) {
        String message =
                "The connection to the hypervisor ("
                        + uri.replaceFirst("\\?.*", "")
                        + ") is down and is being tried again. Is libvirt running?";
        return cause == null ? new QubesException(message) : new QubesException(message, cause);
    }

    private void keep() {
        Duration pause = firstPause;
        while (true) {
            Link opened = attemptOnce();
            try {
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    if (opened == null) {
                        rest(pause);
                        Duration doubled = pause.multipliedBy(2);
                        pause = doubled.compareTo(longestPause) < 0 ? doubled : longestPause;
                        attempting = true;
                        hurry = false;
                    } else {
                        pause = firstPause;
                        while (link == opened && !closed) {
                            wait();
                        }
                    }
                    if (closed) {
                        return;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                if (opened != null) {
                    opened.close();
                }
            }
        }
    }

    /** Waits as long as the pause lasts, or until closed or in a hurry. */
    private synchronized void rest(Duration pause) throws InterruptedException {
        long deadline = System.nanoTime() + pause.toNanos();
        while (!closed && !hurry) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    private @Nullable Link attemptOnce() {
        Link opened;
        try {
            opened = opener.open();
        } catch (VirtException e) {
            failed(e, "cannot be opened: " + e.getMessage());
            return null;
        } catch (LinkageError e) {
            failed(
                    new VirtException(ErrorNumber.VIR_ERR_NO_SUPPORT, "libvirt is not here", e),
                    "needs libvirt, which is not installed (package libvirt0): " + e.getMessage());
            return null;
        } catch (RuntimeException e) {
            failed(e, "cannot be opened: " + e);
            return null;
        }
        CompletableFuture<Link> done;
        synchronized (this) {
            if (closed) {
                opened.close();
                return null;
            }
            link = opened;
            attempting = false;
            done = attempt;
        }
        complained = false;
        log.info("Connected to {}", uri);
        done.complete(opened);
        return opened;
    }

    private void failed(Exception cause, String why) {
        if (complained) {
            log.debug("{} {}", uri, why, cause);
        } else {
            log.warn("{} {}", uri, why);
            log.debug("{}", uri, cause);
            complained = true;
        }
        CompletableFuture<Link> done;
        synchronized (this) {
            attempting = false;
            done = attempt;
            attempt = new CompletableFuture<>();
        }
        done.completeExceptionally(cause);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            link = null;
            attempt.cancel(false);
            notifyAll();
        }
        try {
            keeper.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
