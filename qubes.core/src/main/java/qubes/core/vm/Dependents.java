package qubes.core.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;

/** Who refers to a domain. */
public final class Dependents {
    /** What a preloaded disposable may have of its template. */
    private static final Set<String> OF_TEMPLATE =
            Set.of("template", "default_dispvm", "management_dispvm");

    private Dependents() {}

    /**
     * {@return what refers to a domain, in words: the system counts even where it refers by
     * default, domains only where a value is explicit} A preloaded disposable, which nobody uses
     * yet, goes with its template and does not count against it (spec domain-model §6.2).
     *
     * @param vm the domain that others may use
     * @param only names of the properties to look at; none means all that refer to domains
     */
    public static List<String> of(BaseVM vm, String... only) {
        Set<String> wanted = Set.of(only);
        List<String> found = new ArrayList<>();
        Qubes qubes = vm.qubes();
        for (Property<?> property : qubes.properties()) {
            if (looks(property, wanted) && refers(qubes, property, vm)) {
                found.add("the system's " + property.name());
            }
        }
        for (BaseVM other : holders(vm)) {
            boolean follows = isPreloadedFrom(vm, other);
            for (Property<?> property : other.properties()) {
                if (looks(property, wanted)
                        && !(follows && OF_TEMPLATE.contains(property.name()))
                        && !other.isDefault(property)
                        && refers(other, property, vm)) {
                    found.add(other.name() + "'s " + property.name());
                }
            }
            if (!other.available()) {
                found.addAll(storedReferences(other, vm, wanted));
            }
        }
        return found;
    }

    /** Those that may refer to a domain: its name is the text of one of their properties. */
    private static SortedSet<BaseVM> holders(BaseVM vm) {
        SortedSet<BaseVM> others = new TreeSet<>();
        for (DomainRecord holder : vm.qubes().state().holding(vm.name().value())) {
            vm.qubes().find(holder.qid()).filter(other -> other != vm).ifPresent(others::add);
        }
        return others;
    }

    /**
     * Without its klass a domain has no declared properties: whatever may be a reference counts as
     * one.
     */
    private static List<String> storedReferences(BaseVM other, BaseVM vm, Set<String> wanted) {
        List<String> found = new ArrayList<>();
        other.record()
                .properties()
                .forEach(
                        (property, value) -> {
                            boolean identity = property.equals("name") || property.equals("label");
                            if (!identity
                                    && (wanted.isEmpty() || wanted.contains(property))
                                    && value.text().equals(vm.name().value())) {
                                found.add(other.name() + "'s " + property);
                            }
                        });
        return found;
    }

    private static boolean isPreloadedFrom(BaseVM vm, BaseVM other) {
        return other.template().filter(vm::equals).isPresent()
                && DisposableTemplate.isPreload(other);
    }

    private static boolean looks(Property<?> property, Set<String> wanted) {
        return property.type().refersToDomain()
                && (wanted.isEmpty() || wanted.contains(property.name()));
    }

    private static boolean refers(PropertyHolder holder, Property<?> property, BaseVM vm) {
        return holder.find(property)
                .flatMap(
                        value ->
                                value instanceof Optional<?> optional
                                        ? optional
                                        : Optional.of(value))
                .filter(name -> ((DomainName) name).equals(vm.name()))
                .isPresent();
    }
}
