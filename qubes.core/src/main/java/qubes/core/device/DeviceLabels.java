package qubes.core.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a device says of itself; nothing of it is to be trusted. A text that is not known is empty
 * or {@code unknown}, which are the same.
 */
public record DeviceLabels(
        String vendor, String product, String manufacturer, String name, String serial) {
    /** What a text reads that is not known. */
    public static final String UNKNOWN = "unknown";

    /** Nothing is known. */
    public static final DeviceLabels NONE = new DeviceLabels("", "", "", "", "");

    /**
     * Checks what it is made of.
     *
     * @param vendor who sells it
     * @param product what it is
     * @param manufacturer who made it
     * @param name what its class calls it
     * @param serial number of this very one
     */
    public DeviceLabels {
        vendor = orUnknown(vendor);
        product = orUnknown(product);
        manufacturer = orUnknown(manufacturer);
        name = orUnknown(name);
        serial = orUnknown(serial);
    }

    /** Takes the labels out of the properties of a text. */
    static DeviceLabels takenFrom(Map<String, String> properties) {
        return new DeviceLabels(
                taken(properties, "vendor"),
                taken(properties, "product"),
                taken(properties, "manufacturer"),
                taken(properties, "name"),
                taken(properties, "serial"));
    }

    /** {@return who made it, if anything tells} */
    public Optional<String> maker() {
        return firstKnown(vendor, manufacturer);
    }

    /** {@return what it is, if anything tells} */
    public Optional<String> title() {
        return firstKnown(product, name, serial);
    }

    /** The labels that are known, as properties. */
    String serialized() {
        List<String> items = new ArrayList<>(5);
        add(items, "vendor", vendor);
        add(items, "product", product);
        add(items, "manufacturer", manufacturer);
        add(items, "name", name);
        add(items, "serial", serial);
        return String.join(" ", items);
    }

    private static void add(List<String> items, String key, String text) {
        if (isKnown(text)) {
            items.add(PropertyText.item(key, text));
        }
    }

    private static Optional<String> firstKnown(String... texts) {
        return List.of(texts).stream().filter(DeviceLabels::isKnown).findFirst();
    }

    private static boolean isKnown(String text) {
        return !text.equals(UNKNOWN);
    }

    private static String orUnknown(String text) {
        return text.isEmpty() ? UNKNOWN : text;
    }

    private static String taken(Map<String, String> properties, String key) {
        String text = properties.remove(key);
        return text == null ? "" : text;
    }
}
