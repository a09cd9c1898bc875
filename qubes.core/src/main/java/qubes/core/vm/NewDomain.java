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
    public NewDomain {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
        pools = Map.copyOf(pools);
    }

    /** A domain of that klass and name, everything else at its default. */
    public static NewDomain of(String klass, DomainName name) {
        return new NewDomain(klass, Optional.of(name), Map.of(), Optional.empty(), Map.of());
    }

    /** This, with that name. */
    public NewDomain named(DomainName other) {
        return new NewDomain(klass, Optional.of(other), values, pool, pools);
    }

    /** What is asked for a property; absent if nothing is. */
    public <T> Optional<T> value(Property<T> property) {
        return Optional.ofNullable(values.get(property)).map(value -> cast(value));
    }

    @SuppressWarnings("unchecked") // a value is put in under its own property
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /** This, with a property. */
    public <T> NewDomain with(Property<T> property, T value) {
        Map<Property<?>, Object> all = new LinkedHashMap<>(values);
        all.put(property, value);
        return new NewDomain(klass, name, all, pool, pools);
    }

    /** This, with volumes in other pools than the defaults. */
    public NewDomain in(Optional<String> everywhere, Map<String, String> byVolume) {
        return new NewDomain(klass, name, values, everywhere, byVolume);
    }
}
