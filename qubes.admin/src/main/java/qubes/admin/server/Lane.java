package qubes.admin.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.Served;

/**
 * Runs calls, so many at a time; methods take turns. No method, and no bundle of somebody else's,
 * gets more than a share of the threads, and those under suspicion get few. A call that is late
 * gives its place to another: it keeps its thread, and what it takes of its method's share.
 */
final class Lane {
    private static final Logger log = LoggerFactory.getLogger(Lane.class);

    /** Calls at a time of a method under suspicion; of a bundle, twice as many. */
    private static final int SUSPECT_SHARE = 8;

    /** So many late calls get another thread in their place. */
    private static final int MOST_LATE = 128;

    /** Whose calls these are, before it is known which method they are of. */
    private static final Object UNKNOWN = new Object();

    /** The calls of one method: those that wait, and how many run. */
    private static final class Turn {
        final Optional<Served> method;
        final Queue<Exchange> waiting = new ArrayDeque<>();
        int running;

        Turn(Optional<Served> method) {
            this.method = method;
        }
    }

    private final int width;
    private final int share;
    private final Executor threads;
    private final Consumer<Exchange> body;
    private final Map<Object, Turn> turns =
            new HashMap<>(); // method to its calls; this and what follows: guarded by this
    private final Deque<Turn> queue = new ArrayDeque<>(); // methods with calls that wait
    private final Map<ClassLoader, Integer> bundles = new HashMap<>(); // bundle to calls that run
    private final Map<Exchange, Turn> running = new HashMap<>(); // call to those of its method
    private final Set<Exchange> replaced = new HashSet<>(); // late, of those that run
    private int waiting;
    private boolean closed;

    /**
     * @param width calls at a time, not counting late ones
     * @param share of them, of one method
     * @param threads one for each call that runs
     * @param body answers a call; throws nothing
     */
    Lane(int width, int share, Executor threads, Consumer<Exchange> body) {
        this.width = width;
        this.share = share;
        this.threads = threads;
        this.body = body;
    }

    /**
     * Has the call answered when it is its turn. Never blocks.
     *
     * @throws RejectedExecutionException once closed
     */
    void submit(Exchange exchange) {
        synchronized (this) {
            if (closed) {
                throw new RejectedExecutionException("the daemon is going down");
            }
            Turn turn =
                    turns.computeIfAbsent(key(exchange.served()), k -> new Turn(exchange.served()));
            if (turn.waiting.isEmpty()) {
                queue.add(turn);
            }
            turn.waiting.add(exchange);
            waiting++;
        }
        startNext();
    }

    /** The call takes longer than it may: its place is another's. Never blocks. */
    void late(Exchange exchange) {
        synchronized (this) {
            if (!running.containsKey(exchange)
                    || replaced.size() >= MOST_LATE
                    || !replaced.add(exchange)) {
                return;
            }
        }
        startNext();
    }

    /** How many calls wait for their turn. */
    synchronized int waiting() {
        return waiting;
    }

    /** How many calls run, late ones included. */
    synchronized int running() {
        return running.size();
    }

    /** Takes no more calls; those it has are still answered. */
    synchronized void close() {
        closed = true;
    }

    private void startNext() {
        for (Optional<Exchange> next = next(); next.isPresent(); next = next()) {
            Exchange first = next.get();
            try {
                threads.execute(() -> work(first));
            } catch (RejectedExecutionException e) {
                done(first);
                throw e;
            }
        }
    }

    private void work(Exchange first) {
        Optional<Exchange> exchange = Optional.of(first);
        while (exchange.isPresent()) {
            body.accept(exchange.get());
            done(exchange.get());
            exchange = next();
        }
    }

    private synchronized Optional<Exchange> next() {
        if (running.size() - replaced.size() >= width) {
            return Optional.empty();
        }
        for (Iterator<Turn> turn = queue.iterator(); turn.hasNext(); ) {
            Turn candidate = turn.next();
            forgetAnswered(candidate);
            Exchange first = candidate.waiting.peek();
            if (first == null) {
                turn.remove();
                forgetIfIdle(candidate);
            } else if (mayRun(candidate)) {
                turn.remove();
                candidate.waiting.remove();
                waiting--;
                if (!candidate.waiting.isEmpty()) {
                    queue.add(candidate);
                }
                candidate.running++;
                running.put(first, candidate);
                candidate.method.ifPresent(
                        method -> bundles.merge(method.bundle(), 1, Integer::sum));
                return Optional.of(first);
            }
        }
        return Optional.empty();
    }

    /** Those whose time ran out while they waited. */
    private void forgetAnswered(Turn turn) {
        for (Exchange first = turn.waiting.peek();
                first != null && first.isClaimed();
                first = turn.waiting.peek()) {
            turn.waiting.remove();
            waiting--;
            log.debug("Call of {} is not begun, its time ran out", first.request().method());
        }
    }

    private boolean mayRun(Turn turn) {
        if (turn.method.isEmpty()) {
            return turn.running < share;
        }
        Served method = turn.method.get();
        boolean suspect = method.isSuspect();
        return turn.running < (suspect ? SUSPECT_SHARE : share)
                && (method.isOwn()
                        || bundles.getOrDefault(method.bundle(), 0)
                                < (suspect ? 2 * SUSPECT_SHARE : share));
    }

    private synchronized void done(Exchange exchange) {
        replaced.remove(exchange);
        Turn turn = running.remove(exchange);
        if (turn == null) {
            throw new IllegalStateException("a call ended that did not run");
        }
        turn.running--;
        turn.method.ifPresent(
                method ->
                        bundles.computeIfPresent(
                                method.bundle(), (bundle, n) -> n == 1 ? null : n - 1));
        forgetIfIdle(turn);
    }

    private void forgetIfIdle(Turn turn) {
        if (turn.running == 0 && turn.waiting.isEmpty()) {
            turns.remove(key(turn.method));
        }
    }

    private static Object key(Optional<Served> method) {
        return method.isPresent() ? method.get() : UNKNOWN;
    }
}
