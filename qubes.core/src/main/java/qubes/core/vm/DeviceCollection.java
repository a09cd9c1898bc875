package qubes.core.vm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAssigned;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.event.DeviceEvents;
import qubes.core.state.AssignmentRecord;

/**
 * The devices of one class that one domain offers, that are assigned to it, and that are attached
 * to it (spec devices.md §4). Reads of assignments see the current state and never block; writes of
 * them are short, fire events and are kept in the store. What is offered and attached only the
 * {@link DeviceClass} knows.
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

    /** {@return the name of the class: {@code pci}, {@code block}, {@code usb}, …} */
    public String deviceClass() {
        return deviceClass;
    }

    /** {@return the assignments, in the order in which they were made} */
    public List<DeviceAssignment> assigned() {
        Map<VirtualDevice, DeviceAssignment> byDevice = new LinkedHashMap<>();
        for (AssignmentRecord record : vm.record().assignments()) {
            read(record).ifPresent(assignment -> byDevice.put(assignment.device(), assignment));
        }
        return List.copyOf(byDevice.values());
    }

    /**
     * {@return the assignment of exactly that port and identity, either of which may be any}
     *
     * @param device the device, its port or its identity being any if that is meant
     */
    public Optional<DeviceAssignment> find(VirtualDevice device) {
        return assigned().stream()
                .filter(assignment -> assignment.device().equals(device))
                .findFirst();
    }

    /**
     * {@return the devices that the domain offers to others now, by port and identity; none while
     * no bundle provides the class, or of a domain of another system} May block.
     *
     * @throws qubes.core.error.QubesException if they cannot be looked for
     */
    public List<DeviceInfo> exposed() {
        return isLocal()
                ? vm
                        .qubes()
                        .deviceClasses()
                        .find(deviceClass)
                        .map(found -> found.exposed(vm))
                        .orElse(List.of())
                        .stream()
                        .sorted(Comparator.comparing(DeviceInfo::device))
                        .toList()
                : List.of();
    }

    /**
     * {@return the device that the domain offers at a port now, if any} As {@link #exposed}. May
     * block.
     *
     * @param portId the place at the backend
     */
    public Optional<DeviceInfo> exposedAt(String portId) {
        return isLocal()
                ? vm.qubes()
                        .deviceClasses()
                        .find(deviceClass)
                        .flatMap(found -> found.find(vm, portId))
                : Optional.empty();
    }

    /**
     * {@return what is attached to the domain now, by port and identity: as the assignment of
     * exactly that device or, if there is none, as a manual one to this domain} May block.
     *
     * @throws qubes.core.error.QubesException if it cannot be looked for
     */
    public List<DeviceAssignment> attached() {
        Attachments attachments = new Attachments(vm, this);
        return isLocal()
                ? attachments.now().stream()
                        .map(attachments::shown)
                        .sorted(Comparator.comparing(DeviceAssignment::device))
                        .toList()
                : List.of();
    }

    /**
     * Attaches a device to the running domain now, whether or not it is assigned; fires {@code
     * device-pre-attach}, which a handler may refuse, and {@code device-attach}. The assignment's
     * mode does not matter. Blocks.
     *
     * @param assignment the device, with mode and options
     * @throws qubes.core.error.ProtocolError if the device is of another class, or not exactly one
     *     device is meant and there
     * @throws qubes.core.error.QubesVMNotRunningError if the domain is halted
     * @throws qubes.core.error.DeviceAlreadyAttached if it is attached already
     * @throws qubes.core.error.QubesException if a handler refuses or it fails; it is not attached
     *     then
     */
    public void attach(DeviceAssignment assignment) {
        refuseRemote();
        new Attachments(vm, this).attach(assignment);
    }

    /**
     * Detaches the device of a port; fires {@code device-pre-detach}, which a handler may refuse,
     * and {@code device-detach}. An assignment stays. Blocks.
     *
     * @param port where the device is plugged
     * @throws DeviceNotAssigned if nothing of that port is attached
     * @throws qubes.core.error.QubesVMNotHaltedError if the device is required
     * @throws qubes.core.error.QubesException if a handler refuses or it fails; it stays attached
     *     then
     */
    public void detach(Port port) {
        refuseRemote();
        new Attachments(vm, this).detach(port);
    }

    /**
     * Assigns a device, from the next start or the next time it appears; fires {@code
     * device-pre-assign} and {@code device-assign}. As in the original, a handler that refuses
     * fails the call, and the assignment stays.
     *
     * @param assignment the device, with mode and options
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
     * @param device the device, its port or its identity being any if that is meant
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
     * @param device the device, its port or its identity being any if that is meant
     * @param mode when it is to be attached from now on
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

    /** A domain whose klass is away may be anywhere; its guest is here, if it has one. */
    private boolean isLocal() {
        return !vm.available() || vm.isA(KlassTraits.LOCAL);
    }

    private void refuseRemote() {
        if (!isLocal()) {
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
