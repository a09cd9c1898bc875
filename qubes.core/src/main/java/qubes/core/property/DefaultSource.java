package qubes.core.property;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A place where the default of a property is looked for, at every read. A declaration lists
 * several; the first that has a value decides, and can tell users that it did.
 *
 * @param <T> the type of the property's values
 */
@ConsumerType
public interface DefaultSource<T> {
    /** {@return what the place is, for documentation: {@code the template's value}} */
    String words();

    /**
     * {@return the value there, for {@code holder}; absent if there is none} Never blocks.
     *
     * @param holder who has the property
     * @param property the holder's declaration
     */
    Optional<T> find(PropertyHolder holder, Property<T> property);

    /**
     * {@return the value that every holder finds there, where it is the same for all; absent if it
     * depends on the holder, or there is none}
     *
     * @param application the holder of the system's properties
     */
    default Optional<T> shared(PropertyHolder application) {
        return Optional.empty();
    }

    /**
     * {@return where {@link #find} has its value from, for users of {@code holder}: {@code from
     * template debian-12}} Asked only if it has one.
     *
     * @param holder who has the property
     * @param property the holder's declaration
     */
    default String origin(PropertyHolder holder, Property<T> property) {
        return words();
    }
}
