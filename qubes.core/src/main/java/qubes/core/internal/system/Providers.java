package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services of one kind, such as storage drivers, each under a name. If several have the same name
 * the best of them serves, by {@link Rank}; the others wait, and take over when it leaves. Looking
 * one up never blocks.
 */
final class Providers<S> {
    private static final Logger log = LoggerFactory.getLogger(Providers.class);

    /**
     * A service that serves or waits to. One that has to wait again for a better one comes back as
     * another provider, with a gate of its own.
     */
    record Provider<S>(String name, S service, Rank rank, Gate gate) {
        private Provider<S> anew() {
            return new Provider<>(name, service, rank, new Gate());
        }
    }

    /**
     * Who serves a name after a service came or went.
     *
     * @param before who does no longer
     * @param now who does now
     */
    record Change<S>(String name, Optional<Provider<S>> before, Optional<Provider<S>> now) {}

    private final String kind;
    private final List<Provider<S>> all = new ArrayList<>(); // best first; guarded by this
    private volatile Map<String, Provider<S>> serving = Map.of(); // name to the best

    /**
     * @param kind of what they provide, for the log: {@code Storage driver}
     */
    Providers(String kind) {
        this.kind = kind;
    }

    /** A service came. Absent if it has to wait, which is then in the log. */
    synchronized Optional<Change<S>> add(String name, S service, Rank rank) {
        Provider<S> before = serving.get(name);
        Provider<S> added = new Provider<>(name, service, rank, new Gate());
        all.add(added);
        all.sort(Comparator.comparing(Provider::rank)); // stable: equals stay in order
        Provider<S> now = publish(name);
        if (before == null) {
            return Optional.of(new Change<>(name, Optional.empty(), Optional.of(added)));
        }
        boolean better = now == added;
        log.warn(
                "{} {} is provided twice: {} serves, {} waits until that leaves",
                kind,
                name,
                named(better ? service : before.service()),
                named(better ? before.service() : service));
        if (!better) {
            return Optional.empty();
        }
        all.replaceAll(provider -> provider == before ? provider.anew() : provider);
        return Optional.of(new Change<>(name, Optional.of(before), Optional.of(added)));
    }

    /** A service left. Absent if it only waited, or was not there. */
    synchronized Optional<Change<S>> remove(S service) {
        Optional<Provider<S>> gone = first(provider -> provider.service() == service);
        if (gone.isEmpty()) {
            return Optional.empty();
        }
        String name = gone.get().name();
        boolean served = serving.get(name) == gone.get();
        all.remove(gone.get());
        Optional<Provider<S>> now = Optional.ofNullable(publish(name));
        if (!served) {
            return Optional.empty();
        }
        now.ifPresent(next -> log.info("{} {}: {} takes over", kind, name, named(next.service())));
        return Optional.of(new Change<>(name, gone, now));
    }

    /** Who serves that name; null if nobody does. */
    @Nullable Provider<S> find(String name) {
        return serving.get(name);
    }

    /** Name to who serves it, in the order of the names; a snapshot. */
    Map<String, Provider<S>> serving() {
        return serving;
    }

    private @Nullable Provider<S> publish(String name) {
        Map<String, Provider<S>> best = new TreeMap<>();
        all.forEach(provider -> best.putIfAbsent(provider.name(), provider));
        serving = best;
        return best.get(name);
    }

    private Optional<Provider<S>> first(Predicate<Provider<S>> wanted) {
        return all.stream().filter(wanted).findFirst();
    }

    private static String named(Object service) {
        String type = service.getClass().getName();
        Bundle bundle = FrameworkUtil.getBundle(service.getClass());
        return bundle == null ? type : type + " of " + bundle.getSymbolicName();
    }
}
