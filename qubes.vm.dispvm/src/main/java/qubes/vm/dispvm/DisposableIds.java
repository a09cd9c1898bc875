package qubes.vm.dispvm;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.Membership;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/**
 * The numbers of disposables: random, so that none is foretold or soon used again (spec
 * domain-model.md §6).
 */
@Component(service = {DisposableIds.class, Extension.class})
public final class DisposableIds implements Extension {
    private static final int LIMIT = 10_000;
    private static final int TRIES = 100;
    private static final long REST_NANOS = Duration.ofDays(7).toNanos();

    private final Map<Integer, Long> released =
            new HashMap<>(); // number to when it was; guarded by this
    private final IntSupplier random;
    private final LongSupplier clock;

    @Activate
    public DisposableIds() {
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
     * @throws NoSuchElementException if a hundred tries find none
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
        throw new NoSuchElementException(
                "No number for another disposable was found; remove disposables that are not needed");
    }

    /** Hears which disposables leave. */
    @Override
    public void subscribe(Subscriptions on) {
        on.forApplication()
                .after(
                        Membership.DomainDelete.class,
                        event ->
                                event.vm()
                                        .as(BaseVM.class)
                                        .flatMap(DisposableIds::of)
                                        .ifPresent(this::release));
    }

    /** A disposable is gone: its number rests. As the original, 0 does not. */
    synchronized void release(int id) {
        if (id != 0) {
            released.put(id, clock.getAsLong());
        }
    }

    private static Optional<Integer> of(BaseVM vm) {
        return vm.hasProperty(DisposableVM.DISPID.name())
                ? vm.find(DisposableVM.DISPID)
                : Optional.empty();
    }

    private static Set<Integer> used(Qubes qubes) {
        Set<Integer> used = new HashSet<>();
        qubes.domains().forEach(vm -> of(vm).ifPresent(used::add));
        return used;
    }
}
