package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/** A feature was removed. */
public record FeatureDelete(PropertyHolder subject, String feature) implements Event {
    /**
     * {@return the events of one feature; the name may hold wildcards}
     *
     * @param feature name of the feature
     */
    public static EventPattern<FeatureDelete> of(String feature) {
        return EventPattern.of(FeatureDelete.class, "domain-feature-delete:" + feature);
    }

    @Override
    public String wireName() {
        return "domain-feature-delete:" + feature;
    }

    @Override
    public Object topic() {
        return feature;
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("feature", feature);
    }
}
