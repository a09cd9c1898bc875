package qubes.core.internal.system;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.state.DomainRecord;
import qubes.core.vm.DomainFactory;

/** The factories that are here now, by klass. Immutable snapshots; reads never block. */
final class Klasses {
    private static final Logger log = LoggerFactory.getLogger(Klasses.class);

    private final Providers<DomainFactory> byKlass = new Providers<>("Klass"); // by wire name
    private final Set<String> settled = ConcurrentHashMap.newKeySet(); // wire names

    /** A factory came. Absent if nothing changes by that. */
    Optional<Providers.Change<DomainFactory>> add(DomainFactory factory, Rank rank) {
        String klass = factory.traits().klass();
        if (klass.equals(DomainRecord.ADMIN_KLASS)) {
            log.error(
                    "Klass {} of {} is left out: the core provides it",
                    klass,
                    factory.getClass().getName());
            return Optional.empty();
        }
        return byKlass.add(klass, factory, rank);
    }

    /** A factory left. Absent if nothing changes by that. */
    Optional<Providers.Change<DomainFactory>> remove(DomainFactory factory) {
        Optional<Providers.Change<DomainFactory>> change = byKlass.remove(factory);
        change.map(Providers.Change::name)
                .filter(klass -> find(klass) == null)
                .ifPresent(settled::remove);
        return change;
    }

    @Nullable DomainFactory find(String klass) {
        Providers.Provider<DomainFactory> found = byKlass.find(klass);
        return found == null ? null : found.service();
    }

    /** The factory of a klass that goes by that name or alias. */
    DomainFactory get(String klass) {
        DomainFactory factory = find(klass);
        if (factory == null) {
            for (Providers.Provider<DomainFactory> other : byKlass.serving().values()) {
                if (other.service().traits().aliases().contains(klass)) {
                    return other.service();
                }
            }
            throw new QubesException(
                    "No installed bundle provides klass "
                            + Repr.quote(klass)
                            + "; there are: "
                            + String.join(", ", names()));
        }
        return factory;
    }

    /** The domains of a klass are what it makes them now, or unavailable if nobody provides it. */
    void settle(String klass) {
        if (find(klass) == null) {
            settled.remove(klass);
        } else {
            settled.add(klass);
        }
    }

    /**
     * Those whose domains can be used; one that leaves is none of them from its first moment on.
     */
    Set<String> names() {
        Set<String> names = new TreeSet<>(byKlass.serving().keySet());
        names.retainAll(settled);
        names.add(DomainRecord.ADMIN_KLASS);
        return names;
    }
}
