package qubes.core.property;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Something with declared properties: a domain, the application, a pool's configuration.
 *
 * <p>Reads never block. Writes of a domain or of the application are short, run handlers on the
 * caller's thread, and are durable only once the store says so.
 */
@ProviderType
public interface PropertyHolder {
    /** {@return how the holder is named on the wire: a domain's name; empty for the application} */
    String subjectName();

    /**
     * {@return what kind of holder this is, for messages: a domain's klass, {@code Qubes} for the
     * application}
     */
    default String kindName() {
        return getClass().getSimpleName();
    }

    /** {@return the properties this holder has, in the order clients see them} */
    PropertyTable properties();

    /**
     * {@return the explicit value, absent if the property is at its default} Unset and "none" are
     * different things.
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     */
    <T> Optional<T> explicit(Property<T> property);

    /**
     * {@return the explicit value or else the default, absent if there is neither}
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     */
    <T> Optional<T> find(Property<T> property);

    /**
     * {@return the default, absent if the property has none}
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     */
    <T> Optional<T> defaultOf(Property<T> property);

    /**
     * {@return the explicit value or else the default}
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     * @throws IllegalStateException if there is neither (the original's AttributeError)
     */
    default <T> T get(Property<T> property) {
        return find(property)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "property "
                                                + property.name()
                                                + " of "
                                                + subjectName()
                                                + " has no value"));
    }

    /**
     * {@return where the effective value comes from, in words for users: {@code set here}, {@code
     * from template debian-12, built in}; absent if there is no value} Never blocks.
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     */
    default <T> Optional<String> origin(Property<T> property) {
        if (!isDefault(property)) {
            return Optional.of("set here");
        }
        return Optional.ofNullable(properties().declared(property))
                .flatMap(declared -> declared.defaultOriginFor(this));
    }

    /**
     * {@return true if no explicit value is stored}
     *
     * @param property the property, by its name: the holder's own declaration counts
     */
    default boolean isDefault(Property<?> property) {
        return explicit(property).isEmpty();
    }

    /**
     * Stores a value after checks and pre-handlers; handlers run on the caller's thread.
     *
     * @param <T> type of the property's values
     * @param property the property, by its name: the holder's own declaration counts
     * @param value the value, not yet checked
     * @throws qubes.core.error.QubesException if a check or a pre-handler refuses; nothing is
     *     changed then
     * @throws IllegalStateException if the property is write-once and set
     */
    <T> void set(Property<T> property, T value);

    /**
     * Removes the explicit value; resetting a property at its default is allowed and still
     * announced.
     *
     * @param property the property, by its name: the holder's own declaration counts
     * @throws qubes.core.error.QubesException if a pre-handler refuses; nothing is changed then
     * @throws IllegalStateException if the property is write-once and set
     */
    void reset(Property<?> property);

    /**
     * {@return this holder as one of a narrower type, absent if it is none}
     *
     * @param <A> the type asked for
     * @param type what the holder may be besides
     */
    default <A> Optional<A> as(Class<A> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }
}
