package qubes.core.vm;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.value.DomainName;

/**
 * A domain to create.
 *
 * @param klass wire name of the klass
 * @param name absent if the klass finds one itself, as disposables do
 * @param values property to value, set in this order after the identity
 * @param pool pool of the writable volumes that are not snapshots; absent for the defaults
 * @param pools volume name to pool
 */
public record NewDomain(
        String klass,
        Optional<DomainName> name,
        Map<Property<?>, Object> values,
        Optional<String> pool,
        Map<String, String> pools) {
    /**
     * Copies its collections.
     *
     * @param klass wire name of the klass, or an alias
     * @param name unique name
     * @param values property to value, set in this order after the identity
     * @param pool pool of the writable volumes that are not snapshots; absent for the defaults
     * @param pools volume name to pool
     */
    public NewDomain {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
        pools = Map.copyOf(pools);
    }

    /**
     * {@return a domain of that klass and name, everything else at its default}
     *
     * @param klass wire name of the klass, or an alias
     * @param name unique name
     */
    public static NewDomain of(String klass, DomainName name) {
        return new NewDomain(klass, Optional.of(name), Map.of(), Optional.empty(), Map.of());
    }

    /**
     * {@return this, with that name}
     *
     * @param other another name
     */
    public NewDomain named(DomainName other) {
        return new NewDomain(klass, Optional.of(other), values, pool, pools);
    }

    /**
     * {@return what is asked for a property; absent if nothing is}
     *
     * @param <T> type of the property's values
     * @param property the property
     */
    public <T> Optional<T> value(Property<T> property) {
        return Optional.ofNullable(values.get(property)).map(value -> cast(value));
    }

    @SuppressWarnings("unchecked") // a value is put in under its own property
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /**
     * {@return this, with a property}
     *
     * @param <T> type of the property's values
     * @param property the property
     * @param value its value, not yet checked
     */
    public <T> NewDomain with(Property<T> property, T value) {
        Map<Property<?>, Object> all = new LinkedHashMap<>(values);
        all.put(property, value);
        return new NewDomain(klass, name, all, pool, pools);
    }

    /**
     * {@return this, with volumes in other pools than the defaults}
     *
     * @param everywhere pool of all volumes that are not named; absent for the system's choice
     * @param byVolume volume to pool
     */
    public NewDomain in(Optional<String> everywhere, Map<String, String> byVolume) {
        return new NewDomain(klass, name, values, everywhere, byVolume);
    }
}
