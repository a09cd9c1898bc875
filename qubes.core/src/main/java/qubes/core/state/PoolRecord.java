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
    /**
     * Checks what it is made of, and copies its collections.
     *
     * @param attributes attribute name to text, in file order; always with {@code name} and {@code
     *     driver}
     */
    public PoolRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        if (!attributes.containsKey("name") || !attributes.containsKey("driver")) {
            throw new IllegalArgumentException("a pool needs a name and a driver: " + attributes);
        }
    }

    /**
     * {@return this record with an attribute set, at its place or else last}
     *
     * @param attribute name of the attribute
     * @param text its value, as the store has it
     */
    public PoolRecord with(String attribute, String text) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put(attribute, text);
        return new PoolRecord(changed);
    }

    /** {@return unique name} */
    public String name() {
        return attributes.getOrDefault("name", "");
    }

    /** {@return name of the driver} */
    public String driver() {
        return attributes.getOrDefault("driver", "");
    }
}
