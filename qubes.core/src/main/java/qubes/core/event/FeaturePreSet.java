package qubes.core.event;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import qubes.core.property.PropertyHolder;

/**
 * A feature is about to be set; a handler may refuse.
 *
 * @param value empty means false
 * @param oldValue absent if the feature was not there
 * @param delegated true if the feature is another domain's, and this one is asked for it: then
 *     listeners are told of an absent old value, as none
 */
public record FeaturePreSet(
        PropertyHolder subject,
        String feature,
        String value,
        Optional<String> oldValue,
        boolean delegated)
        implements PreEvent {
    /**
     * A feature of the subject itself.
     *
     * @param subject the domain
     * @param feature name of the feature, which may hold wildcards in a pattern
     * @param value what it is set to; empty means false
     * @param oldValue what it was; absent if it was not there
     */
    public FeaturePreSet(
            PropertyHolder subject, String feature, String value, Optional<String> oldValue) {
        this(subject, feature, value, oldValue, false);
    }

    /**
     * {@return the events of one feature; the name may hold wildcards}
     *
     * @param feature name of the feature, which may hold wildcards in a pattern
     */
    public static EventPattern<FeaturePreSet> of(String feature) {
        return EventPattern.of(FeaturePreSet.class, "domain-feature-pre-set:" + feature);
    }

    @Override
    public String wireName() {
        return "domain-feature-pre-set:" + feature;
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
        if (delegated) {
            arguments.put("oldvalue", oldValue);
        } else {
            oldValue.ifPresent(old -> arguments.put("oldvalue", old));
        }
        return arguments;
    }
}
