package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * A property was set, perhaps to the value it had.
 *
 * @param newValue the value to store, in the property's Java type
 * @param oldValue what a read gave before, default included
 */
public record PropertySet(
        PropertyHolder subject, Property<?> property, Object newValue, Optional<Object> oldValue)
        implements Event {
    /**
     * {@return the events of one property}
     *
     * @param property the property
     */
    public static EventPattern<PropertySet> of(Property<?> property) {
        return EventPattern.of(PropertySet.class, "property-set:" + property.name());
    }

    @Override
    public String wireName() {
        return "property-set:" + property.name();
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
