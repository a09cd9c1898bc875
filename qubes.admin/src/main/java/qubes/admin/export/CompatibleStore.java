package qubes.admin.export;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import qubes.core.error.Repr;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

/**
 * A system as the original can load it. The original stops at a class, a property of a domain, an
 * attribute of a volume or a reference that it does not know, and forgets pools of other drivers
 * and everything else that is unknown to it (spec qubes-xml §2). What it would stop at is converted
 * or left out; what it would forget is left out as well, so that it is said.
 *
 * @param state what it can load
 * @param changes what was changed for that, one line each, the domain first
 */
public record CompatibleStore(SystemState state, List<String> changes) {
    public CompatibleStore {
        changes = List.copyOf(changes);
    }

    /** Converts a system. Does no I/O. */
    public static CompatibleStore of(SystemState all) {
        List<String> changes = new ArrayList<>();
        List<PoolRecord> pools = pools(all, changes);
        List<DomainRecord> domains =
                all.domains().stream()
                        .map(domain -> new DomainConversion(domain, changes).classAndParts())
                        .toList();
        SystemState loadable =
                withoutUnloadable(
                        SystemState.of(all.labels(), pools, Map.of(), List.of(), domains), changes);
        SystemState state = loadable;
        for (DomainRecord domain : loadable.domains()) {
            state = state.withChanged(new DomainConversion(domain, changes).among(loadable));
        }
        for (Map.Entry<String, StoredValue> global : globals(all, loadable, changes).entrySet()) {
            state = state.withGlobal(global.getKey(), Optional.of(global.getValue()));
        }
        if (!all.unknown().isEmpty()) {
            changes.add(
                    all.unknown().size()
                            + " elements, attributes or comments outside of domains are left out");
        }
        return new CompatibleStore(state, changes);
    }

    private static List<PoolRecord> pools(SystemState all, List<String> changes) {
        List<PoolRecord> pools = new ArrayList<>();
        for (PoolRecord pool : all.pools()) {
            String name = "Pool " + Repr.quote(pool.name());
            Optional<Set<String>> options = Original.options(pool.driver());
            if (options.isEmpty()) {
                changes.add(
                        name
                                + " is left out, the original has no driver "
                                + Repr.quote(pool.driver()));
                continue;
            }
            Map<String, String> known = new LinkedHashMap<>(pool.attributes());
            known.keySet()
                    .removeIf(
                            option ->
                                    !option.equals("name")
                                            && !option.equals("driver")
                                            && !options.get().contains(option));
            for (String option : pool.attributes().keySet()) {
                if (!known.containsKey(option)) {
                    changes.add(name + ": option " + Repr.quote(option) + " is left out");
                }
            }
            pools.add(new PoolRecord(known));
        }
        return pools;
    }

    /**
     * Leaves out domains that the original cannot load, and then those that need one of these, as
     * long as there are any.
     */
    private static SystemState withoutUnloadable(SystemState all, List<String> changes) {
        SystemState state = all;
        while (true) {
            SystemState before = state;
            for (DomainRecord domain : before.domains()) {
                Optional<String> problem = new DomainConversion(domain, changes).problem(state);
                if (problem.isPresent()) {
                    changes.add(domain.name() + ": left out, " + problem.get());
                    state = state.without(domain);
                }
            }
            if (state.size() == before.size()) {
                return state;
            }
        }
    }

    private static Map<String, StoredValue> globals(
            SystemState all, SystemState loadable, List<String> changes) {
        Map<String, StoredValue> globals = new LinkedHashMap<>();
        all.globals()
                .forEach(
                        (name, value) ->
                                value(
                                                "System",
                                                name,
                                                value,
                                                Optional.ofNullable(Original.GLOBALS.get(name)),
                                                loadable,
                                                changes)
                                        .ifPresent(kept -> globals.put(name, kept)));
        return globals;
    }

    /** The value of a property that the original accepts; absent if there is none. */
    static Optional<StoredValue> value(
            String subject,
            String name,
            StoredValue value,
            Optional<Kind> kind,
            SystemState loadable,
            List<String> changes) {
        String property = subject + ": property " + Repr.quote(name);
        if (kind.isEmpty()) {
            changes.add(property + " is left out, the original does not know it");
            return Optional.empty();
        }
        if (kind.get().accepts(value.text(), loadable)) {
            return Optional.of(value);
        }
        String refused = ", the original does not load " + Repr.quote(value.text()) + " there";
        if (kind.get().refers()) {
            changes.add(property + " became none" + refused);
            return Optional.of(StoredValue.ofText("")); // never a default that connects more
        }
        changes.add(property + " is left out" + refused);
        return Optional.empty();
    }
}
