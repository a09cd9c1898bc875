package qubes.core.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;

/** Who refers to a domain. */
public final class Dependents {
    /** Properties by which a preloaded disposable refers to its template. */
    private static final Set<String> ALONG =
            Set.of("template", "default_dispvm", "management_dispvm");

    private Dependents() {}

    /**
     * What refers to a domain, in words: the system counts even where it refers by default, domains
     * only where a value is explicit. What a preloaded disposable says of its own template does not
     * count (spec domain-model.md §6.2).
     *
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
        for (BaseVM other : qubes.domains()) {
            if (other == vm) {
                continue;
            }
            for (Property<?> property : other.properties()) {
                if (looks(property, wanted)
                        && !other.isDefault(property)
                        && refers(other, property, vm)
                        && !goesAlong(other, property, vm)) {
                    found.add(other.name() + "'s " + property.name());
                }
            }
            if (!other.available()) {
                found.addAll(storedReferences(other, vm, wanted));
            }
        }
        return found;
    }

    /** A preloaded disposable is removed with its template, or when that is one no more. */
    private static boolean goesAlong(BaseVM other, Property<?> property, BaseVM vm) {
        return ALONG.contains(property.name())
                && other.template().filter(template -> template == vm).isPresent()
                && DisposableTemplate.isPreload(other);
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
