package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the store holds of one volume of a domain: its attributes, those nobody here understands
 * included.
 *
 * @param attributes attribute name to text, in file order; always with {@code name}
 */
public record VolumeRecord(Map<String, String> attributes) {
    /** The order in which the original writes them (spec qubes-xml.md §1). */
    private static final List<String> ORDER =
            List.of(
                    "name",
                    "pool",
                    "vid",
                    "revisions_to_keep",
                    "rw",
                    "save_on_stop",
                    "snap_on_start",
                    "ephemeral",
                    "size",
                    "source");

    /**
     * Checks what it is made of, and copies its collections.
     *
     * @param attributes attribute name to text
     */
    public VolumeRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        if (!attributes.containsKey("name")) {
            throw new IllegalArgumentException("a volume needs a name: " + attributes);
        }
    }

    /**
     * {@return a volume with its attributes in the original's order, those nobody here understands
     * last}
     *
     * @param attributes attribute name to text
     */
    public static VolumeRecord ordered(Map<String, String> attributes) {
        Map<String, String> ordered = new LinkedHashMap<>();
        for (String attribute : ORDER) {
            String text = attributes.get(attribute);
            if (text != null) {
                ordered.put(attribute, text);
            }
        }
        attributes.forEach(ordered::putIfAbsent);
        return new VolumeRecord(ordered);
    }

    /** {@return {@code root}, {@code private}, {@code volatile}, {@code kernel} or another} */
    public String name() {
        return text("name").orElseThrow();
    }

    /**
     * {@return the text of an attribute}
     *
     * @param attribute name of the attribute
     */
    public Optional<String> text(String attribute) {
        return Optional.ofNullable(attributes.get(attribute));
    }

    /**
     * {@return true if the attribute is there and reads {@code True}, or any other text that is
     * neither empty nor {@code False}: the original keeps such a text, and takes it for true}
     *
     * @param attribute name of the attribute
     */
    public boolean flag(String attribute) {
        String text = attributes.getOrDefault(attribute, "");
        return !text.isEmpty() && !text.equals("False");
    }

    /**
     * {@return this record with an attribute set, or removed if {@code value} is absent} One that
     * was not there comes to its place in the original's order, and so do all others.
     *
     * @param attribute name of the attribute
     * @param value its text; absent to remove it
     */
    public VolumeRecord with(String attribute, Optional<String> value) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        if (value.isEmpty()) {
            changed.remove(attribute);
            return new VolumeRecord(changed);
        }
        boolean added = changed.put(attribute, value.get()) == null;
        return added ? ordered(changed) : new VolumeRecord(changed);
    }
}
