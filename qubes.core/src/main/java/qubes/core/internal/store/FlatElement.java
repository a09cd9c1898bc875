package qubes.core.internal.store;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.xml.deser.FromXmlParser;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** An element that has attributes and perhaps text, but no children: a label, a pool, a volume. */
final class FlatElement {
    private FlatElement() {}

    /**
     * Reads an element to its end.
     *
     * @return attribute name to text in file order; the element's text under {@link StoreXml#TEXT}
     */
    static Map<String, String> read(FromXmlParser element) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        JsonToken token = element.nextToken();
        while (token != null && token != JsonToken.END_OBJECT) {
            if (token == JsonToken.FIELD_NAME) {
                String name = element.currentName();
                boolean text = element.nextToken() == JsonToken.VALUE_STRING;
                values.put(name, text ? element.getText() : "");
            }
            token = element.nextToken();
        }
        return values;
    }
}
