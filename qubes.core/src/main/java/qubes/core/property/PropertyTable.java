package qubes.core.property;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The properties of one class of holder, sorted by load stage and name unless told otherwise;
 * immutable.
 */
public final class PropertyTable implements Iterable<Property<?>> {
    private static final Comparator<Property<?>> ORDER =
            Comparator.<Property<?>>comparingInt(Property::loadStage).thenComparing(Property::name);

    private final List<Property<?>> ordered;
    private final Map<String, Property<?>> byName; // name to declaration

    private PropertyTable(Map<String, Property<?>> byName) {
        this.byName =
                new HashMap<>(
                        byName); // a plain one: quicker to look up than Map.copyOf, at every read
        List<Property<?>> sorted = new ArrayList<>(byName.values());
        sorted.sort(ORDER);
        this.ordered = List.copyOf(sorted);
    }

    private PropertyTable(PropertyTable table, List<Property<?>> order) {
        this.byName = table.byName;
        this.ordered = List.copyOf(order);
    }

    /**
     * A table of these declarations.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static PropertyTable of(Property<?>... declarations) {
        return new PropertyTable(Map.of()).declaring(List.of(declarations));
    }

    /**
     * A table that lists these declarations in the order given, as clients see the options of a
     * storage driver.
     *
     * @throws IllegalArgumentException if two have the same name
     */
    public static PropertyTable inOrder(Property<?>... declarations) {
        return new PropertyTable(of(declarations), List.of(declarations));
    }

    /**
     * This table and more declarations.
     *
     * @throws IllegalArgumentException if a name is taken
     */
    public PropertyTable declaring(Collection<? extends Property<?>> declarations) {
        Map<String, Property<?>> all = new HashMap<>(byName);
        for (Property<?> property : declarations) {
            if (all.put(property.name(), property) != null) {
                throw new IllegalArgumentException(
                        "property "
                                + property.name()
                                + " is declared already; an override must say that it is one");
            }
        }
        return new PropertyTable(all);
    }

    /**
     * This table with one declaration replaced.
     *
     * @throws IllegalArgumentException if there is none of that name to replace
     */
    public PropertyTable overriding(Property<?> declaration) {
        if (!byName.containsKey(declaration.name())) {
            throw new IllegalArgumentException(
                    "property " + declaration.name() + " is not declared by any ancestor");
        }
        Map<String, Property<?>> all = new HashMap<>(byName);
        all.put(declaration.name(), declaration);
        return new PropertyTable(all);
    }

    /** The declaration of that name. */
    public Optional<Property<?>> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * This table's declaration for the key {@code property}, or null if its holders do not have it.
     */
    @SuppressWarnings("unchecked")
    public <T> @Nullable Property<T> declared(Property<T> property) {
        return (Property<T>) byName.get(property.name());
    }

    /** True if a property of that name is declared. */
    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /** All declarations: by load stage, then name; those of {@link #inOrder} in the order given. */
    public List<Property<?>> list() {
        return ordered;
    }

    @Override
    public Iterator<Property<?>> iterator() {
        return ordered.iterator();
    }
}
