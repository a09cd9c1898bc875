package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A storage pool as the store holds it: complete whether or not its driver is installed.
 *
 * @param attributes attribute name to text, in file order; always with {@code name} and {@code
 *     driver}
 */
public record PoolRecord(Map<String, String> attributes) {
    public PoolRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        if (!attributes.containsKey("name") || !attributes.containsKey("driver")) {
            throw new IllegalArgumentException("a pool needs a name and a driver: " + attributes);
        }
    }

    /** This record with an attribute set, at its place or else last. */
    public PoolRecord with(String attribute, String text) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put(attribute, text);
        return new PoolRecord(changed);
    }

    /** Unique name. */
    public String name() {
        return attributes.getOrDefault("name", "");
    }

    /** Name of the driver. */
    public String driver() {
        return attributes.getOrDefault("driver", "");
    }
}
