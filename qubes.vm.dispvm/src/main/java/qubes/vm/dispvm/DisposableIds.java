package qubes.vm.dispvm;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import qubes.core.error.QubesException;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/** The numbers of disposables: random, so that none is foretold or soon used again. */
final class DisposableIds {
    private static final int LIMIT = 10_000;
    private static final int TRIES = 100;
    private static final long REST_NANOS = Duration.ofDays(7).toNanos();

    private final Map<Integer, Long> released =
            new HashMap<>(); // number to when it was; guarded by this
    private final IntSupplier random;
    private final LongSupplier clock;

    DisposableIds() {
        this(new SecureRandom());
    }

    private DisposableIds(SecureRandom random) {
        this(() -> random.nextInt(LIMIT), System::nanoTime);
    }

    /**
     * @param random gives numbers from 0 to 9999
     * @param clock gives nanoseconds
     */
    DisposableIds(IntSupplier random, LongSupplier clock) {
        this.random = random;
        this.clock = clock;
    }

    /**
     * A number that no disposable has, nor had in the last seven days.
     *
     * @throws QubesException if a hundred tries find none
     */
    synchronized int next(Qubes qubes) {
        return next(used(qubes));
    }

    synchronized int next(Set<Integer> used) {
        for (int i = 0; i < TRIES; i++) {
            int id = random.getAsInt();
            Long since = released.get(id);
            if (!used.contains(id) && (since == null || clock.getAsLong() - since > REST_NANOS)) {
                released.remove(id);
                return id;
            }
        }
        throw new QubesException(
                "No number for another disposable was found; remove disposables that are not needed");
    }

    /** A disposable is gone: its number rests. */
    synchronized void release(int id) {
        released.put(id, clock.getAsLong());
    }

    private static Set<Integer> used(Qubes qubes) {
        Set<Integer> used = new HashSet<>();
        for (BaseVM vm : qubes.domains()) {
            if (vm.hasProperty(DisposableVM.DISPID.name())) {
                vm.find(DisposableVM.DISPID).ifPresent(used::add);
            }
        }
        return used;
    }
}
