package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the store holds of one volume of a domain: its attributes, those nobody here understands
 * included.
 *
 * @param attributes attribute name to text, in file order; always with {@code name}
 */
public record VolumeRecord(Map<String, String> attributes) {
    public VolumeRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        if (!attributes.containsKey("name")) {
            throw new IllegalArgumentException("a volume needs a name: " + attributes);
        }
    }

    /** {@code root}, {@code private}, {@code volatile}, {@code kernel} or another. */
    public String name() {
        return text("name").orElseThrow();
    }

    /** The text of an attribute. */
    public Optional<String> text(String attribute) {
        return Optional.ofNullable(attributes.get(attribute));
    }

    /**
     * True if the attribute is there and reads {@code True}, or any other text that is neither
     * empty nor {@code False}: the original keeps such a text, and takes it for true.
     */
    public boolean flag(String attribute) {
        String text = attributes.getOrDefault(attribute, "");
        return !text.isEmpty() && !text.equals("False");
    }

    /** This record with an attribute set, or removed if {@code value} is absent. */
    public VolumeRecord with(String attribute, Optional<String> value) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        if (value.isPresent()) {
            changed.put(attribute, value.get());
        } else {
            changed.remove(attribute);
        }
        return new VolumeRecord(changed);
    }
}
