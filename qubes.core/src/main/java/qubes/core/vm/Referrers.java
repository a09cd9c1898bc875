package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import qubes.core.property.Property;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;

/**
 * Who refers to a domain, defaults included; found by the state's indexes, so that it costs as much
 * as the answer is long.
 */
public final class Referrers {
    private Referrers() {}

    /**
     * {@return the available domains, in their order, whose {@code property} refers to {@code
     * target}} Never blocks.
     *
     * @param target the domain that is referred to
     * @param property one of those that {@link qubes.core.state.SystemState#following} knows
     * @throws IllegalArgumentException if it is another one
     */
    public static List<BaseVM> of(BaseVM target, String property) {
        Qubes qubes = target.qubes();
        SortedSet<BaseVM> found = new TreeSet<>(); // some are found both ways
        addThose(found, qubes.state().holding(property, target.name().value()), property, target);
        for (String klass : qubes.klasses()) {
            Optional<Property<?>> declared =
                    qubes.traits(klass).flatMap(traits -> traits.property(property));
            if (declared.filter(known -> mayDefaultTo(known, target)).isPresent()) {
                addThose(found, qubes.state().following(klass, property), property, target);
            }
        }
        return List.copyOf(found);
    }

    private static void addThose(
            Set<BaseVM> found, List<DomainRecord> candidates, String property, BaseVM target) {
        for (DomainRecord candidate : candidates) {
            target.qubes()
                    .find(candidate.qid())
                    .filter(vm -> vm.reference(property).filter(to -> to == target).isPresent())
                    .ifPresent(found::add);
        }
    }

    /** False if those at the default are known to share another one. */
    private static <T> boolean mayDefaultTo(Property<T> property, BaseVM target) {
        if (property.defaults().isEmpty()) {
            return false;
        }
        Optional<T> shared = property.sharedDefault(target.qubes());
        return shared.isEmpty() || names(shared.get(), target.name());
    }

    private static boolean names(Object value, DomainName target) {
        return value.equals(target) || value.equals(Optional.of(target));
    }
}
