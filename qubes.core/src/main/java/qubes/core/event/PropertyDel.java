package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * The older twin of {@link PropertyReset}, announced right after it for real resets only.
 *
 * @param oldValue what a read gave before, default included; absent where only a computed default
 *     changed
 */
public record PropertyDel(PropertyHolder subject, Property<?> property, Optional<Object> oldValue)
        implements Event {
    /**
     * {@return the events of one property}
     *
     * @param property the property
     */
    public static EventPattern<PropertyDel> of(Property<?> property) {
        return EventPattern.of(PropertyDel.class, "property-del:" + property.name());
    }

    @Override
    public String wireName() {
        return "property-del:" + property.name();
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
