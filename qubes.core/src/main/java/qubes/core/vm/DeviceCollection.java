package qubes.core.vm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAssigned;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.DeviceEvents;
import qubes.core.state.AssignmentRecord;

/**
 * The devices of one class that are assigned to one domain (spec devices.md §4). Reads see the
 * current state and never block; writes are short, fire events and are kept in the store.
 *
 * <p>What the store has and this system does not understand, such as a mode that is none, or a
 * backend that is not there, is not shown here and stays in the store as it is.
 */
public final class DeviceCollection {
    private final BaseVM vm;
    private final String deviceClass;

    DeviceCollection(BaseVM vm, String deviceClass) {
        this.vm = vm;
        this.deviceClass = deviceClass;
    }

    /** {@code pci}, {@code block}, {@code usb}, … */
    public String deviceClass() {
        return deviceClass;
    }

    /** The assignments, in the order in which they were made. */
    public List<DeviceAssignment> assigned() {
        Map<VirtualDevice, DeviceAssignment> byDevice = new LinkedHashMap<>();
        for (AssignmentRecord record : vm.record().assignments()) {
            read(record).ifPresent(assignment -> byDevice.put(assignment.device(), assignment));
        }
        return List.copyOf(byDevice.values());
    }

    /** The assignment of exactly that port and identity, either of which may be any. */
    public Optional<DeviceAssignment> find(VirtualDevice device) {
        return assigned().stream()
                .filter(assignment -> assignment.device().equals(device))
                .findFirst();
    }

    /**
     * Assigns a device, from the next start or the next time it appears; fires {@code
     * device-pre-assign} and {@code device-assign}. As in the original, a handler that refuses
     * fails the call, and the assignment stays.
     *
     * @throws IllegalArgumentException if the device is of another class, of a backend that is not
     *     there, or the mode is manual
     * @throws IllegalStateException if the domain is of another system
     * @throws DeviceAlreadyAssigned if exactly that port and identity are assigned
     * @throws qubes.core.error.QubesException if a handler refuses
     */
    public void assign(DeviceAssignment assignment) {
        VirtualDevice device = assignment.device();
        refuseOtherClass(device);
        vm.write(
                () -> {
                    refuseRemote();
                    if (find(device).isPresent()) {
                        throw new DeviceAlreadyAssigned(
                                "%s device %s already assigned to %s"
                                        .formatted(deviceClass, device, vm.name()));
                    }
                    if (!assignment.mode().automatic()) {
                        throw new IllegalArgumentException(
                                "a manual attachment of "
                                        + device
                                        + " cannot be assigned; modes of assignments are"
                                        + " ask-to-attach, auto-attach and required");
                    }
                    refuseUnknownBackend(device);
                    List<AssignmentRecord> all = new ArrayList<>(vm.record().assignments());
                    all.add(assignment.record());
                    vm.context().update(domain -> domain.withAssignments(all));
                    vm.fire(new DeviceEvents.PreAssign(vm, device, assignment.options()));
                    vm.fire(new DeviceEvents.Assign(vm, device, assignment.options()));
                });
    }

    /**
     * Ends the assignment of exactly that port and identity, also while the domain runs; fires
     * {@code device-unassign}. What is attached stays attached.
     *
     * @throws DeviceNotAssigned if it is not assigned
     */
    public void unassign(VirtualDevice device) {
        vm.write(
                () -> {
                    if (find(device).isEmpty()) {
                        throw new DeviceNotAssigned(
                                "%s device %s not assigned to %s"
                                        .formatted(deviceClass, device, vm.name()));
                    }
                    List<AssignmentRecord> others =
                            vm.record().assignments().stream()
                                    .filter(record -> !isOf(device, record))
                                    .toList();
                    vm.context().update(domain -> domain.withAssignments(others));
                    vm.fire(new DeviceEvents.Unassign(vm, device));
                });
    }

    /**
     * Changes the mode of an assignment; fires {@code device-pre-assign} and {@code
     * device-assignment-changed}, or nothing if it has that mode.
     *
     * @throws QubesValueError if the mode is manual or the device is not assigned
     * @throws qubes.core.error.QubesException if a handler refuses; nothing is changed then
     */
    public void updateMode(VirtualDevice device, AssignmentMode mode) {
        if (!mode.automatic()) {
            throw new QubesValueError(
                    "The mode of an assignment is required, auto-attach or ask-to-attach, not "
                            + Repr.quote(mode.wireName()));
        }
        vm.write(
                () -> {
                    DeviceAssignment old =
                            find(device)
                                    .orElseThrow(
                                            () ->
                                                    new QubesValueError(
                                                            "Device %s not assigned to %s"
                                                                    .formatted(device, vm.name())));
                    if (old.mode() != mode) {
                        vm.fire(new DeviceEvents.PreAssign(vm, device, old.options()));
                        replace(device, record -> record.withMode(mode.wireName()));
                        vm.fire(new DeviceEvents.AssignmentChanged(vm, device));
                    }
                });
    }

    private void replace(VirtualDevice device, UnaryOperator<AssignmentRecord> change) {
        List<AssignmentRecord> all =
                vm.record().assignments().stream()
                        .map(record -> isOf(device, record) ? change.apply(record) : record)
                        .toList();
        vm.context().update(domain -> domain.withAssignments(all));
    }

    private boolean isOf(VirtualDevice device, AssignmentRecord record) {
        return read(record).filter(assignment -> assignment.device().equals(device)).isPresent();
    }

    /** What a record of this class means, if it is understood and its backend is there. */
    private Optional<DeviceAssignment> read(AssignmentRecord record) {
        return record.deviceClass().equals(deviceClass)
                ? DeviceAssignment.of(record).filter(a -> isBackendThere(a.device()))
                : Optional.empty();
    }

    private boolean isBackendThere(VirtualDevice device) {
        return device.backend().map(name -> vm.qubes().find(name).isPresent()).orElse(true);
    }

    private void refuseUnknownBackend(VirtualDevice device) {
        if (!isBackendThere(device)) {
            throw new IllegalArgumentException(
                    "the backend of " + device + " is not a domain of this system");
        }
    }

    private void refuseRemote() {
        if (!vm.isA(KlassTraits.LOCAL)) {
            throw new IllegalStateException(
                    vm.name() + " is of another system, which knows of its devices");
        }
    }

    private void refuseOtherClass(VirtualDevice device) {
        if (!device.deviceClass().equals(deviceClass)) {
            throw new IllegalArgumentException(
                    "%s is a device of class %s, not %s"
                            .formatted(device, device.deviceClass(), deviceClass));
        }
    }
}
