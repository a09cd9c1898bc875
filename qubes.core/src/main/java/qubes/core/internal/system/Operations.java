package qubes.core.internal.system;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Which threads are at an operation on a domain, such as a start or an import, and what that keeps
 * from leaving: an operation that began to use something may use it until it ends.
 */
final class Operations {
    private final Map<Thread, Set<Gate>> running =
            new ConcurrentHashMap<>(); // thread to the gates it is inside of; a set is its thread's

    /** Runs an operation, or a part of the one that the calling thread is at. */
    <T> T run(Supplier<T> operation) {
        Thread me = Thread.currentThread();
        Set<Gate> used = Collections.newSetFromMap(new IdentityHashMap<>());
        if (running.putIfAbsent(me, used) != null) {
            return operation.get();
        }
        try {
            return operation.get();
        } finally {
            running.remove(me);
            used.forEach(Gate::exit);
        }
    }

    /**
     * The calling thread's operation, if it is at one, uses what is behind the gate until it ends.
     * Never blocks.
     *
     * @return false if that leaves and may not be used any more
     */
    boolean use(Gate gate) {
        Set<Gate> used = running.get(Thread.currentThread());
        if (used == null) {
            return !gate.isClosed();
        }
        if (used.contains(gate)) {
            return true;
        }
        return gate.enter() && used.add(gate);
    }
}
