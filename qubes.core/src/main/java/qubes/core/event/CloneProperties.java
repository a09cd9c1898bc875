package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;

/**
 * The explicit values of another holder were copied, silently: no other event tells of them (spec
 * domain-model.md §1.7).
 *
 * @param src whose values were copied
 * @param properties what was looked at; of these, values that {@code src} has at default were not
 *     copied
 */
public record CloneProperties(
        PropertyHolder subject, PropertyHolder src, List<Property<?>> properties) implements Event {
    /**
     * Copies its collections.
     *
     * @param subject the domain
     * @param src whose values were copied
     * @param properties what was looked at; of these, values that {@code src} has at default were
     *     not copied
     */
    public CloneProperties {
        properties = List.copyOf(properties);
    }

    @Override
    public String wireName() {
        return "clone-properties";
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("src", src);
        arguments.put("proplist", properties);
        return arguments;
    }
}
