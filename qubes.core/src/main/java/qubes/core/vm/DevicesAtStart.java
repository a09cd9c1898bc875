package qubes.core.vm;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.VirtualDevice;
import qubes.core.error.QubesException;

/** What a start does about the devices of a domain (spec devices.md §4.1, vm-classes.md §9). */
final class DevicesAtStart {
    private final BaseVM vm;

    DevicesAtStart(BaseVM vm) {
        this.vm = vm;
    }

    /**
     * Refuses if a required device is not there.
     *
     * @throws QubesException naming it
     */
    void refuseMissing() {
        for (DeviceAssignment assignment : vm.devices().assigned()) {
            if (assignment.required() && present(assignment).isEmpty()) {
                String deviceClass = assignment.device().deviceClass();
                throw new QubesException(
                        "%s device %s not available"
                                .formatted(
                                        deviceClass.substring(0, 1).toUpperCase(Locale.ROOT)
                                                + deviceClass.substring(1),
                                        assignment));
            }
        }
    }

    /**
     * Attaches the required devices that the guest's definition does not have already. The guest is
     * paused, so they are there when it boots; no event tells of them.
     */
    void attachRequired() {
        for (DeviceAssignment assignment : vm.devices().assigned()) {
            if (assignment.required()) {
                attachRequired(assignment);
            }
        }
    }

    private void attachRequired(DeviceAssignment assignment) {
        String name = assignment.device().deviceClass();
        Set<VirtualDevice> attached = new HashSet<>();
        new Attachments(vm, vm.devices().of(name))
                .now().stream().map(DeviceAttachment::device).forEach(attached::add);
        for (DeviceInfo device : present(assignment)) {
            if (!attached.contains(device.device())) {
                vm.qubes().deviceClasses().get(name).attach(vm, device, assignment.options());
            }
        }
    }

    /**
     * Attaches what is to be attached when it is there, by the most specific assignment of each
     * device. One that cannot be attached is logged; the domain runs without it.
     */
    void attachAutomatic() {
        Set<VirtualDevice> done = new HashSet<>();
        vm.devices().assigned().stream()
                .filter(assignment -> !assignment.required())
                .sorted(
                        Comparator.comparing(DeviceAssignment::device)
                                .reversed()) // the most specific is the greatest
                .forEach(
                        assignment ->
                                free(assignment).stream()
                                        .filter(device -> done.add(device.device()))
                                        .forEach(device -> attach(assignment, device)));
    }

    private List<DeviceInfo> free(DeviceAssignment assignment) {
        try {
            return present(assignment).stream()
                    .filter(device -> device.attachment().isEmpty())
                    .toList();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            vm.log().warn("{}: device {} cannot be looked for", vm, assignment, e);
            return List.of();
        }
    }

    /** Attaches a device that is new, or new to a domain that has just started. */
    void attach(DeviceAssignment assignment, DeviceInfo device) {
        if (assignment.mode() == AssignmentMode.ASK) {
            vm.log().warn("{}: {} is not attached, since nobody can be asked", vm, device);
            return;
        }
        try {
            vm.devices()
                    .of(device.deviceClass())
                    .attach(
                            DeviceAssignment.of(device.device(), assignment.mode())
                                    .with(assignment.options()));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            vm.log().warn("{}: device {} could not be attached", vm, device, e);
        }
    }

    private List<DeviceInfo> present(DeviceAssignment assignment) {
        return new Attachments(vm, vm.devices().of(assignment.device().deviceClass()))
                .candidates(assignment).stream().filter(DeviceInfo::known).toList();
    }
}
