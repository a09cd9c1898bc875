package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device that is to be attached to a domain, as the store holds it.
 *
 * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
 * @param attributes attribute name to text, in file order: {@code backend-domain}, {@code id},
 *     {@code mode}, {@code identity}
 * @param options option name to value, in file order
 * @param unknown pieces of the element that nobody here understands, in file order
 */
public record AssignmentRecord(
        String deviceClass,
        Map<String, String> attributes,
        Map<String, String> options,
        List<XmlFragment> unknown) {
    public AssignmentRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        unknown = List.copyOf(unknown);
    }

    /** An assignment of which everything is understood. */
    public AssignmentRecord(
            String deviceClass, Map<String, String> attributes, Map<String, String> options) {
        this(deviceClass, attributes, options, List.of());
    }

    /** Name of the domain that offers the device; {@code *} for any. */
    public String backendDomain() {
        return attributes.getOrDefault("backend-domain", "*");
    }

    /** Where the device is plugged; {@code *} for anywhere. */
    public String portId() {
        return attributes.getOrDefault("id", "*");
    }

    /** Which device it is; {@code *} for any. */
    public String identity() {
        return attributes.getOrDefault("identity", "*");
    }

    /** {@code required}, {@code auto-attach} or {@code ask-to-attach}. */
    public String mode() {
        return attributes.getOrDefault("mode", "required");
    }
}
