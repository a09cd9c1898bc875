package qubes.core.device;

import java.util.Arrays;
import java.util.List;

/**
 * What users call devices with an interface. The pattern with the most literal characters decides;
 * of two with as many, the category that is declared first (spec devices.md §3).
 */
public enum InterfaceCategory {
    /** Network adapters. */
    NETWORK("Network", "u02****", "p0703**", "p02****", "ue0****"),
    /** Keyboards. */
    KEYBOARD("Keyboard", "u03**01", "p0900**"),
    /** Mice. */
    MOUSE("Mouse", "u03**02", "p0902**"),
    /** Input devices of any kind. */
    INPUT("Input", "u03****", "p09****"),
    /** Printers. */
    PRINTER("Printer", "u07****"),
    /** Cameras and scanners. */
    CAMERA("Camera", "p0903**", "u06****", "u0e****"),
    /** Microphones. */
    MICROPHONE("Microphone", "m******"),
    /** Sound. */
    AUDIO("Audio", "p0403**", "p0401**", "p0408**", "u01****", "m******"),
    /** Sound and pictures together. */
    MULTIMEDIA("Multimedia", "u10****", "p03****", "p04****"),
    /** USB sticks and disks. */
    USB_STORAGE("USB_Storage", "u08****"),
    /** Disks as a domain offers them. */
    BLOCK_STORAGE("Block_Storage", "b******"),
    /** Anything that stores data. */
    STORAGE("Storage", "b******", "u08****", "p01****"),
    /** Bluetooth adapters. */
    BLUETOOTH("Bluetooth", "ue00101", "p0d11**"),
    /** Readers of smart cards. */
    SMART_CARD_READERS("Smart_Card_Readers", "u0b****"),
    /** Graphics cards. */
    DISPLAY("Display", "p0300**", "p0380**"),
    /** Memory controllers. */
    MEMORY("Memory", "p05****"),
    /** Bridges between buses. */
    PCI_BRIDGE("PCI_Bridge", "p06****"),
    /** Docking stations. */
    DOCKING_STATION("Docking_Station", "p0a****"),
    /** Processors and accelerators. */
    PROCESSOR("Processor", "p0b****", "p40****"),
    /** Controllers of serial buses. */
    PCI_SERIAL_BUS("PCI_Serial_Bus", "p0c****"),
    /** USB controllers. */
    PCI_USB("PCI_USB", "p0c03**"),
    /** What no other category has. */
    OTHER("Other");

    private final String wireName;
    private final List<DeviceInterface> patterns;

    InterfaceCategory(String wireName, String... patterns) {
        this.wireName = wireName;
        this.patterns = Arrays.stream(patterns).map(DeviceInterface::new).toList();
    }

    static InterfaceCategory of(DeviceInterface candidate) {
        InterfaceCategory best = OTHER;
        int most = 0;
        for (InterfaceCategory category : values()) {
            for (DeviceInterface pattern : category.patterns) {
                if (pattern.literals() > most && pattern.matches(candidate)) {
                    best = category;
                    most = pattern.literals();
                }
            }
        }
        return best;
    }

    /** As users read it. */
    @Override
    public String toString() {
        return wireName;
    }
}
