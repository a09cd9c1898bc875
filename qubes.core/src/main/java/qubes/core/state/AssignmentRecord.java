package qubes.core.state;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A device that is to be attached to a domain, as the store holds it.
 *
 * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
 * @param attributes attribute name to text, in file order: {@code backend-domain}, {@code id},
 *     {@code mode}, {@code identity}; in old stores {@code required}
 * @param options option name to value, in file order
 * @param unknown pieces of the element that nobody here understands, in file order
 */
public record AssignmentRecord(
        String deviceClass,
        Map<String, String> attributes,
        Map<String, String> options,
        List<XmlFragment> unknown) {
    private static final String BACKEND = "backend-domain";
    private static final String PORT = "id";
    private static final String MODE = "mode";
    private static final String IDENTITY = "identity";
    private static final String OLD_MODE = "required";

    private static final String ANY = "*";
    private static final String REQUIRED = "required";

    /**
     * Copies its collections.
     *
     * @param deviceClass name of the class of devices
     * @param attributes attribute name to text, in file order
     * @param options how it is to be attached, option name to value
     * @param unknown pieces of the element that nobody here understands, in file order
     */
    public AssignmentRecord {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        unknown = List.copyOf(unknown);
    }

    /**
     * An assignment of which everything is understood.
     *
     * @param deviceClass name of the class of devices
     * @param attributes attribute name to text, in file order
     * @param options how it is to be attached, option name to value
     */
    public AssignmentRecord(
            String deviceClass, Map<String, String> attributes, Map<String, String> options) {
        this(deviceClass, attributes, options, List.of());
    }

    /**
     * {@return a new assignment, with its attributes in the original's order}
     *
     * @param deviceClass name of the class of devices
     * @param backendDomain name of the domain that offers the device
     * @param portId the place at the backend
     * @param identity the identity that the device must show; {@code *} for any
     * @param mode when the device is to be attached
     * @param options how it is to be attached, option name to value
     */
    public static AssignmentRecord create(
            String deviceClass,
            String backendDomain,
            String portId,
            String identity,
            String mode,
            Map<String, String> options) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put(BACKEND, backendDomain);
        attributes.put(PORT, portId);
        attributes.put(MODE, mode);
        attributes.put(IDENTITY, identity);
        return new AssignmentRecord(deviceClass, attributes, options);
    }

    /** {@return name of the domain that offers the device; {@code *} for any} */
    public String backendDomain() {
        return attributes.getOrDefault(BACKEND, ANY);
    }

    /** {@return where the device is plugged; {@code *} for anywhere} */
    public String portId() {
        return attributes.getOrDefault(PORT, ANY);
    }

    /** {@return which device it is; {@code *} for any} Old stores have it among the options. */
    public String identity() {
        String option = options.get(IDENTITY);
        return option == null ? attributes.getOrDefault(IDENTITY, ANY) : option;
    }

    /**
     * {@return {@code required}, {@code auto-attach} or {@code ask-to-attach}; or what else is
     * stored, which is no mode} Old stores say whether it is required, which counts more.
     */
    public String mode() {
        String old = attributes.get(OLD_MODE);
        if (old == null) {
            return attributes.getOrDefault(MODE, REQUIRED);
        }
        return switch (old.strip().toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on", "1" -> REQUIRED;
            case "no", "false", "off", "0" -> "auto-attach";
            default -> old;
        };
    }

    /** {@return how the device is attached: the options but for what is none} */
    public Map<String, String> attachOptions() {
        if (!options.containsKey(IDENTITY)) {
            return options;
        }
        Map<String, String> others = new LinkedHashMap<>(options);
        others.remove(IDENTITY);
        return Collections.unmodifiableMap(others);
    }

    /**
     * {@return this record in another mode; what else is stored stays}
     *
     * @param mode when the device is to be attached
     */
    public AssignmentRecord withMode(String mode) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.remove(OLD_MODE);
        changed.put(MODE, mode);
        return new AssignmentRecord(deviceClass, changed, options, unknown);
    }

    /**
     * {@return this record for another port; what else is stored stays}
     *
     * @param portId the place at the backend
     */
    public AssignmentRecord withPortId(String portId) {
        Map<String, String> changed = new LinkedHashMap<>(attributes);
        changed.put(PORT, portId);
        return new AssignmentRecord(deviceClass, changed, options, unknown);
    }
}
