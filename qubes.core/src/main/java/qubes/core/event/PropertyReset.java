package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * A property was reset to its default, or a computed default changed.
 *
 * @param oldValue what a read gave before, default included; absent where only a computed default
 *     changed
 */
public record PropertyReset(PropertyHolder subject, Property<?> property, Optional<Object> oldValue)
        implements Event {
    /**
     * {@return the events of one property}
     *
     * @param property the property
     */
    public static EventPattern<PropertyReset> of(Property<?> property) {
        return EventPattern.of(PropertyReset.class, "property-reset:" + property.name());
    }

    @Override
    public String wireName() {
        return "property-reset:" + property.name();
    }

    @Override
    public Object topic() {
        return property;
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("name", property.name());
        oldValue.ifPresent(value -> arguments.put("oldvalue", value));
        return arguments;
    }
}
