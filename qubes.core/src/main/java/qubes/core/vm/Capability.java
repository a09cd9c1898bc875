package qubes.core.vm;

import java.util.List;
import java.util.function.Function;
import qubes.core.property.Property;

/**
 * A part that a klass composes: properties, handlers and behaviour that belong together, found by
 * type. The original calls it a mix-in.
 *
 * @param name its place in the klass's lineage, for handler order and documentation
 * @param type what {@link BaseVM#find(Class)} is asked for
 * @param make makes the part of one domain
 * @param <C> the type
 */
public record Capability<C>(
        String name,
        Class<C> type,
        Function<? super BaseVM, ? extends C> make,
        List<Property<?>> properties,
        List<ClassHandler<?>> handlers) {
    /**
     * Copies its collections.
     *
     * @param name its place in the klass's lineage, for handler order and documentation
     * @param type what {@link BaseVM#find(Class)} is asked for
     * @param make makes the part of one domain
     * @param properties what it adds to a klass's table
     * @param handlers what it adds at its level of the lineage
     */
    public Capability {
        properties = List.copyOf(properties);
        handlers = List.copyOf(handlers);
    }
}
