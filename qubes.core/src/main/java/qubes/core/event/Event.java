package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/**
 * Something that happens, or is about to, to a subject: a domain or the application. Events are
 * records; the wire name stands in one place, so that a typo does not compile and a client still
 * sees {@code domain-feature-set:gui}.
 */
public interface Event {
    /** {@return a domain, or the application} */
    PropertyHolder subject();

    /** {@return the name clients see, such as {@code property-set:netvm}} */
    String wireName();

    /**
     * {@return what tells the events of one type apart, such as the property or the feature: two of
     * a type with equal topics have the same wire name} Asked for at every event, so it makes no
     * garbage where it can.
     */
    default Object topic() {
        return wireName();
    }

    /**
     * {@return false for questions the model asks its own handlers; listeners outside never hear
     * those}
     */
    default boolean announced() {
        return true;
    }

    /** {@return the arguments clients see, in order; empty for most} */
    default Map<String, Object> arguments() {
        return Map.of();
    }
}
