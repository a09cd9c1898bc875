package qubes.core.device;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * That a device is attached to a domain now (spec devices.md §4).
 *
 * @param device where it is and which one; both are known of what is attached
 * @param options how it is attached, option name to value, in order
 */
public record DeviceAttachment(VirtualDevice device, Map<String, String> options) {
    /**
     * Copies its collections.
     *
     * @param device where it is plugged, and which one it is
     * @param options how it is attached, option name to value, in order
     */
    public DeviceAttachment {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * {@return the attachment of a device without options}
     *
     * @param device where it is plugged, and which one it is
     */
    public static DeviceAttachment of(VirtualDevice device) {
        return new DeviceAttachment(device, Map.of());
    }
}
