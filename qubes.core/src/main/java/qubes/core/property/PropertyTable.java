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
     * {@return a table of these declarations}
     *
     * @param declarations the properties, in order
     * @throws IllegalArgumentException if two have the same name
     */
    public static PropertyTable of(Property<?>... declarations) {
        return new PropertyTable(Map.of()).declaring(List.of(declarations));
    }

    /**
     * {@return a table that lists these declarations in the order given, as clients see the options
     * of a storage driver}
     *
     * @param declarations the properties, in order
     * @throws IllegalArgumentException if two have the same name
     */
    public static PropertyTable inOrder(Property<?>... declarations) {
        return new PropertyTable(of(declarations), List.of(declarations));
    }

    /**
     * {@return this table and more declarations}
     *
     * @param declarations the properties, in order
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
     * {@return this table with one declaration replaced}
     *
     * @param declaration what takes the place of one of the same name
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

    /**
     * {@return the declaration of that name}
     *
     * @param name wire name of the property
     */
    public Optional<Property<?>> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * {@return this table's declaration for the key {@code property}, or null if its holders do not
     * have it}
     *
     * @param <T> type of the property's values
     * @param property any declaration of its name
     */
    @SuppressWarnings("unchecked")
    public <T> @Nullable Property<T> declared(Property<T> property) {
        return (Property<T>) byName.get(property.name());
    }

    /**
     * {@return true if a property of that name is declared}
     *
     * @param name wire name of the property
     */
    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /**
     * {@return all declarations: by load stage, then name; those of {@link #inOrder} in the order
     * given}
     */
    public List<Property<?>> list() {
        return ordered;
    }

    @Override
    public Iterator<Property<?>> iterator() {
        return ordered.iterator();
    }
}
