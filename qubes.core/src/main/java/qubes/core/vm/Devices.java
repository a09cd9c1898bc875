package qubes.core.vm;

import java.util.List;
import qubes.core.device.DeviceAssignment;

/**
 * The devices of one domain, class by class; {@code vm.devices} in the original (spec devices.md
 * §4). Reads see the current state and never block.
 */
public final class Devices {
    private final BaseVM vm;

    Devices(BaseVM vm) {
        this.vm = vm;
    }

    /**
     * The devices of one class, whether or not there are any.
     *
     * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
     */
    public DeviceCollection of(String deviceClass) {
        return new DeviceCollection(vm, deviceClass);
    }

    /** The classes of which something is assigned, in the order in which the store has them. */
    public List<String> assignedClasses() {
        return vm.record().assignments().stream()
                .map(record -> record.deviceClass())
                .distinct()
                .filter(deviceClass -> !of(deviceClass).assigned().isEmpty())
                .toList();
    }

    /** All assignments, class by class. */
    public List<DeviceAssignment> assigned() {
        return assignedClasses().stream()
                .flatMap(deviceClass -> of(deviceClass).assigned().stream())
                .toList();
    }
}
