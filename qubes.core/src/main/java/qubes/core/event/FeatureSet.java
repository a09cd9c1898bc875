package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.PropertyHolder;

/**
 * A feature was set, perhaps to the value it had.
 *
 * @param value empty means false
 * @param oldValue absent if the feature was not there
 */
public record FeatureSet(
        PropertyHolder subject, String feature, String value, Optional<String> oldValue)
        implements Event {
    /**
     * {@return the events of one feature; the name may hold wildcards}
     *
     * @param feature name of the feature
     */
    public static EventPattern<FeatureSet> of(String feature) {
        return EventPattern.of(FeatureSet.class, "domain-feature-set:" + feature);
    }

    @Override
    public String wireName() {
        return "domain-feature-set:" + feature;
    }

    @Override
    public Object topic() {
        return feature;
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("feature", feature);
        arguments.put("value", value);
        oldValue.ifPresent(old -> arguments.put("oldvalue", old));
        return arguments;
    }
}
