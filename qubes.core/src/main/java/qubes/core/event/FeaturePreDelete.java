package qubes.core.event;

import java.util.Map;
import qubes.core.property.PropertyHolder;

/**
 * A feature is about to be removed, if it is there; a handler may refuse. Handled in ordinary
 * order.
 */
public record FeaturePreDelete(PropertyHolder subject, String feature) implements Event {
    /**
     * {@return the events of one feature; the name may hold wildcards}
     *
     * @param feature name of the feature
     */
    public static EventPattern<FeaturePreDelete> of(String feature) {
        return EventPattern.of(FeaturePreDelete.class, "domain-feature-pre-delete:" + feature);
    }

    @Override
    public String wireName() {
        return "domain-feature-pre-delete:" + feature;
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
