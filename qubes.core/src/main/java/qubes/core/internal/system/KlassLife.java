package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.event.Lifecycle;
import qubes.core.state.DomainRecord;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;

/**
 * Klasses that come and go, or pass from one factory to another, and what becomes of their domains.
 */
final class KlassLife {
    private static final Logger log = LoggerFactory.getLogger(KlassLife.class);

    private final QubesSystem system;
    private final Klasses klasses;
    private final LiveDomains live;

    KlassLife(QubesSystem system, Klasses klasses, LiveDomains live) {
        this.system = system;
        this.klasses = klasses;
        this.live = live;
    }

    /**
     * A factory arrived: if it is the best of its klass, its domains become what they are. Blocks
     * as {@link #remove} if they were another's.
     */
    void add(DomainFactory factory, Rank rank) {
        klasses.add(factory, rank).ifPresent(change -> renew(change.name()));
    }

    /**
     * A factory leaves: no new operation starts, those that run get ten seconds and then an
     * interrupt, and its domains become the next factory's, or unavailable. Blocks for as long.
     */
    void remove(DomainFactory factory) {
        klasses.remove(factory).ifPresent(change -> renew(change.name()));
    }

    /** Of several threads that do this at once each finds the factory that is there then. */
    private void renew(String klass) {
        long deadline = Gate.deadline();
        live.leave(ofKlass(klass), klasses.find(klass))
                .forEach(context -> context.awaitIdle(deadline));
        List<DomainRecord> mine = new ArrayList<>();
        List<BaseVM> arrived = new ArrayList<>();
        List<LiveContext> left = new ArrayList<>();
        system.model()
                .write(
                        () -> {
                            @Nullable DomainFactory factory = klasses.find(klass);
                            for (DomainRecord record : ofKlass(klass)) { // none can be made now
                                mine.add(record);
                                Optional<LiveContext> before = live.renew(record, factory);
                                before.ifPresent(left::add);
                                if (before.isPresent() && factory != null) {
                                    arrived.addAll(live.of(List.of(record)));
                                }
                            }
                            klasses.settle(klass);
                        });
        left.forEach(context -> context.awaitIdle(deadline)); // of domains made meanwhile
        system.bus().forget();
        arrived.removeIf(vm -> !vm.available());
        system.model().deriveEach(arrived, this::loaded);
        arrived.forEach(system.guests()::settle);
        system.files().wake(arrived, system.executor());
        if (klasses.find(klass) == null) {
            log.info("Klass {} unavailable, its {} domains are kept", klass, mine.size());
        } else {
            log.info("Klass {} available, {} domains", klass, mine.size());
        }
    }

    private void loaded(BaseVM vm) {
        try {
            system.fire(new Lifecycle.Load(vm));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{}: a handler failed on its load", vm.name(), e);
        }
    }

    private List<DomainRecord> ofKlass(String klass) {
        return system.state().domains().stream()
                .filter(record -> record.klass().equals(klass))
                .toList();
    }
}
