package qubes.core.device;

/** A device, however much is known of it. */
public sealed interface Device permits VirtualDevice, DeviceInfo {
    /** {@return where it is plugged} */
    Port port();

    /** {@return the name of the class: {@code pci}, {@code block}, {@code usb}, …} */
    default String deviceClass() {
        return port().deviceClass();
    }
}
