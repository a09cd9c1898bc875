package qubes.core.device;

/** A device, however much is known of it. */
public sealed interface Device permits VirtualDevice, DeviceInfo {
    /** Where it is plugged. */
    Port port();

    /** {@code pci}, {@code block}, {@code usb}, … */
    default String deviceClass() {
        return port().deviceClass();
    }
}
