package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * A property is about to be reset to its default; a handler may refuse.
 *
 * @param oldValue what a read gave before, default included; absent where only a computed default
 *     changed
 */
public record PropertyPreReset(
        PropertyHolder subject, Property<?> property, Optional<Object> oldValue)
        implements PreEvent {
    /**
     * {@return the events of one property}
     *
     * @param property the property
     */
    public static EventPattern<PropertyPreReset> of(Property<?> property) {
        return EventPattern.of(PropertyPreReset.class, "property-pre-reset:" + property.name());
    }

    @Override
    public String wireName() {
        return "property-pre-reset:" + property.name();
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
