package qubes.core.internal.store;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An element that has attributes and perhaps text, but no children: a label, a pool, a volume. */
final class FlatElement {
    // A class, because Jackson gives a record's any-setter a map that forgets the order.
    private final Map<String, String> values = new LinkedHashMap<>();

    FlatElement() {}

    @JsonAnySetter
    void set(String name, @Nullable String text) {
        values.put(name, text == null ? "" : text);
    }

    /** Attribute name to text in file order; the element's text under {@link StoreXml#TEXT}. */
    Map<String, String> values() {
        return values;
    }
}
