package qubes.core.storage;

import java.util.Optional;
import qubes.core.error.QubesNoSuchPropertyError;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.property.PropertyTable;
import qubes.core.state.PoolRecord;

/** The configuration of one pool, read through the options its driver declares; immutable. */
public final class PoolConfig implements PropertyHolder {
    private final PoolRecord record;
    private final PropertyTable options;

    /**
     * A configuration as the store holds it, read by what the driver declares.
     *
     * @param record what the store holds of the pool
     * @param options what its driver declares
     */
    public PoolConfig(PoolRecord record, PropertyTable options) {
        this.record = record;
        this.options = options;
    }

    /** {@return the pool's name} */
    public String poolName() {
        return record.name();
    }

    @Override
    public String subjectName() {
        return record.name();
    }

    @Override
    public PropertyTable properties() {
        return options;
    }

    @Override
    public <T> Optional<T> explicit(Property<T> property) {
        return Optional.ofNullable(record.attributes().get(property.name()))
                .map(property.type()::parse);
    }

    /**
     * {@return the value of an option or else its default, as the store writes it}
     *
     * @param <T> type of the option's values
     * @param option an option that the driver declares
     */
    public <T> Optional<String> text(Property<T> option) {
        return find(option).map(option.type()::write);
    }

    @Override
    public <T> Optional<T> find(Property<T> property) {
        Optional<T> value = explicit(property);
        return value.isPresent() ? value : defaultOf(property);
    }

    @Override
    public <T> Optional<T> defaultOf(Property<T> property) {
        Property<T> declared = options.declared(property);
        if (declared == null) {
            throw new QubesNoSuchPropertyError(
                    "Driver "
                            + record.driver()
                            + " of pool "
                            + record.name()
                            + " has no option "
                            + property.name());
        }
        return declared.defaultFor(this);
    }

    @Override
    public <T> void set(Property<T> property, T value) {
        throw new QubesNotImplementedError(
                "The configuration of an open pool does not change; open it anew");
    }

    @Override
    public void reset(Property<?> property) {
        throw new QubesNotImplementedError(
                "The configuration of an open pool does not change; open it anew");
    }
}
