package qubes.testkit.hypervisor;

import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyTable;

/**
 * A domain with a name and no properties, for guests that are described without a core.
 *
 * @param subjectName the name
 */
public record BareDomain(String subjectName) implements PropertyHolder {
    @Override
    public PropertyTable properties() {
        return PropertyTable.of();
    }

    @Override
    public <T> Optional<T> explicit(Property<T> property) {
        return Optional.empty();
    }

    @Override
    public <T> Optional<T> find(Property<T> property) {
        return Optional.empty();
    }

    @Override
    public <T> Optional<T> defaultOf(Property<T> property) {
        return Optional.empty();
    }

    @Override
    public <T> void set(Property<T> property, T value) {
        throw new UnsupportedOperationException("a bare domain has no properties");
    }

    @Override
    public void reset(Property<?> property) {
        throw new UnsupportedOperationException("a bare domain has no properties");
    }
}
