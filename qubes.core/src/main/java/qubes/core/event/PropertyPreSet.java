package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * A property is about to be set; a handler may refuse.
 *
 * @param newValue the value to store, in the property's Java type
 * @param oldValue what a read gave before, default included
 */
public record PropertyPreSet(
        PropertyHolder subject, Property<?> property, Object newValue, Optional<Object> oldValue)
        implements PreEvent {
    /**
     * {@return the events of one property}
     *
     * @param property the property
     */
    public static EventPattern<PropertyPreSet> of(Property<?> property) {
        return EventPattern.of(PropertyPreSet.class, "property-pre-set:" + property.name());
    }

    @Override
    public String wireName() {
        return "property-pre-set:" + property.name();
    }

    @Override
    public Object topic() {
        return property;
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("name", property.name());
        arguments.put("newvalue", newValue);
        oldValue.ifPresent(value -> arguments.put("oldvalue", value));
        return arguments;
    }
}
