package qubes.core.device;

import java.util.Arrays;
import java.util.List;

/**
 * What users call devices with an interface. The pattern with the most literal characters decides;
 * of two with as many, the category that is declared first (spec devices.md §3).
 */
public enum InterfaceCategory {
    NETWORK("Network", "u02****", "p0703**", "p02****", "ue0****"),
    KEYBOARD("Keyboard", "u03**01", "p0900**"),
    MOUSE("Mouse", "u03**02", "p0902**"),
    INPUT("Input", "u03****", "p09****"),
    PRINTER("Printer", "u07****"),
    CAMERA("Camera", "p0903**", "u06****", "u0e****"),
    MICROPHONE("Microphone", "m******"),
    AUDIO("Audio", "p0403**", "p0401**", "p0408**", "u01****", "m******"),
    MULTIMEDIA("Multimedia", "u10****", "p03****", "p04****"),
    USB_STORAGE("USB_Storage", "u08****"),
    BLOCK_STORAGE("Block_Storage", "b******"),
    STORAGE("Storage", "b******", "u08****", "p01****"),
    BLUETOOTH("Bluetooth", "ue00101", "p0d11**"),
    SMART_CARD_READERS("Smart_Card_Readers", "u0b****"),
    DISPLAY("Display", "p0300**", "p0380**"),
    MEMORY("Memory", "p05****"),
    PCI_BRIDGE("PCI_Bridge", "p06****"),
    DOCKING_STATION("Docking_Station", "p0a****"),
    PROCESSOR("Processor", "p0b****", "p40****"),
    PCI_SERIAL_BUS("PCI_Serial_Bus", "p0c****"),
    PCI_USB("PCI_USB", "p0c03**"),
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
