package qubes.core.vm;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInterface;

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
     * {@return the devices of one class, whether or not there are any}
     *
     * @param deviceClass {@code pci}, {@code block}, {@code usb}, …
     */
    public DeviceCollection of(String deviceClass) {
        return new DeviceCollection(vm, deviceClass);
    }

    /**
     * {@return the classes of which something is assigned, in the order in which the store has
     * them}
     */
    public List<String> assignedClasses() {
        return vm.record().assignments().stream()
                .map(record -> record.deviceClass())
                .distinct()
                .filter(deviceClass -> !of(deviceClass).assigned().isEmpty())
                .toList();
    }

    /** {@return all assignments, class by class} */
    public List<DeviceAssignment> assigned() {
        return assignedClasses().stream()
                .flatMap(deviceClass -> of(deviceClass).assigned().stream())
                .toList();
    }

    /**
     * {@return the patterns of interfaces that a user may not attach to the domain, sorted ({@code
     * devices_denied}, spec devices.md §3.1)}
     *
     * @throws qubes.core.error.QubesException if the domain's klass is away
     * @throws IllegalArgumentException if the klass has no such property
     */
    public List<DeviceInterface> denied() {
        return DeviceInterface.listOf(vm.get(QubesVM.DEVICES_DENIED));
    }

    /**
     * Denies more interfaces; nothing is changed, and no event fired, if all of them are denied.
     *
     * @param interfaces codes of seven characters each
     * @throws qubes.core.error.QubesPropertyValueError if one of them is no pattern of interfaces
     */
    public void deny(Collection<DeviceInterface> interfaces) {
        vm.write(
                () -> {
                    List<DeviceInterface> now = denied();
                    if (!new HashSet<>(now).containsAll(interfaces)) {
                        vm.set(
                                QubesVM.DEVICES_DENIED,
                                DeviceInterface.text(now) + DeviceInterface.text(interfaces));
                    }
                });
    }

    /**
     * No longer denies these interfaces; those that are not denied are ignored, and if none of them
     * is, nothing is changed and no event fired.
     *
     * @param interfaces codes of seven characters each
     */
    public void allow(Collection<DeviceInterface> interfaces) {
        Set<DeviceInterface> gone = new HashSet<>(interfaces);
        allow(gone::contains);
    }

    /** Denies nothing any more; as {@link #allow}. */
    public void allowAll() {
        allow(denied -> true);
    }

    private void allow(Predicate<DeviceInterface> gone) {
        vm.write(
                () -> {
                    List<DeviceInterface> now = denied();
                    if (now.stream().anyMatch(gone)) {
                        vm.set(
                                QubesVM.DEVICES_DENIED,
                                DeviceInterface.text(now.stream().filter(gone.negate()).toList()));
                    }
                });
    }
}
