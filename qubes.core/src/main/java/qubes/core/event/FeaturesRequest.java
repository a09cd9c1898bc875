package qubes.core.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import qubes.core.property.PropertyHolder;

/**
 * A domain says what it can do, and asks for features that say so (spec
 * qubesdb-services-extensions.md §7). Nothing is set by the request itself: a handler takes what it
 * knows and has checked, and leaves the rest. Fired outside the model lock; handlers may block.
 *
 * @param untrustedFeatures what the domain asked for, name to value; printable text, and nothing
 *     else is known of it
 */
public record FeaturesRequest(PropertyHolder subject, Map<String, String> untrustedFeatures)
        implements Event {
    /**
     * Copies its collections.
     *
     * @param subject the domain
     * @param untrustedFeatures what the domain asked for, name to value; printable text, and
     *     nothing else is known of it
     */
    public FeaturesRequest {
        untrustedFeatures = Collections.unmodifiableMap(new LinkedHashMap<>(untrustedFeatures));
    }

    @Override
    public String wireName() {
        return "features-request";
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("untrusted_features", untrustedFeatures);
    }
}
