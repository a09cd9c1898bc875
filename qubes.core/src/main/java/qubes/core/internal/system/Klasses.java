package qubes.core.internal.system;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private volatile Map<String, DomainFactory> byKlass = Map.of(); // wire name to factory

    /** True if the factory's klass was free, so that it now provides it. */
    synchronized boolean add(DomainFactory factory) {
        String klass = factory.traits().klass();
        DomainFactory other = byKlass.get(klass);
        if (other != null || klass.equals(DomainRecord.ADMIN_KLASS)) {
            log.error(
                    "Klass {} of {} is left out: {} provides it already",
                    klass,
                    factory.getClass().getName(),
                    other == null ? "the core" : other.getClass().getName());
            return false;
        }
        Map<String, DomainFactory> all = new TreeMap<>(byKlass);
        all.put(klass, factory);
        byKlass = all;
        return true;
    }

    /** True if the factory did provide its klass. */
    synchronized boolean remove(DomainFactory factory) {
        Map<String, DomainFactory> all = new TreeMap<>(byKlass);
        boolean removed = all.values().removeIf(other -> other == factory);
        byKlass = all;
        return removed;
    }

    @Nullable DomainFactory find(String klass) {
        return byKlass.get(klass);
    }

    /** The factory of a klass that goes by that name or alias. */
    DomainFactory get(String klass) {
        DomainFactory factory = byKlass.get(klass);
        if (factory == null) {
            for (DomainFactory other : byKlass.values()) {
                if (other.traits().aliases().contains(klass)) {
                    return other;
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

    Set<String> names() {
        Map<String, DomainFactory> known = byKlass;
        Set<String> names = new TreeSet<>(known.keySet());
        names.add(DomainRecord.ADMIN_KLASS);
        return names;
    }
}
