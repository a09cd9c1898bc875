package qubes.core.vm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.device.Port;
import qubes.core.device.VirtualDevice;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.event.DeviceEvents;

/**
 * What of one class is attached to one domain, and how it gets there and away again (spec
 * devices.md §4). Everything here may block.
 */
final class Attachments {
    private final BaseVM vm;
    private final DeviceCollection devices;

    Attachments(BaseVM vm, DeviceCollection devices) {
        this.vm = vm;
        this.devices = devices;
    }

    /** As the class says it; nothing while no bundle provides the class. */
    List<DeviceAttachment> now() {
        return vm.qubes()
                .deviceClasses()
                .find(devices.deviceClass())
                .map(deviceClass -> deviceClass.attached(vm))
                .orElse(List.of());
    }

    /** The assignment that an attachment comes from, or what stands for one that has none. */
    DeviceAssignment shown(DeviceAttachment attachment) {
        return devices.find(attachment.device())
                .orElseGet(
                        () ->
                                new DeviceAssignment(
                                        attachment.device(),
                                        Optional.of(vm.name()),
                                        attachment.options(),
                                        AssignmentMode.MANUAL));
    }

    void attach(DeviceAssignment assignment) {
        if (!assignment.device().deviceClass().equals(devices.deviceClass())) {
            throw new ProtocolError(
                    assignment
                            + " is a device of class "
                            + assignment.device().deviceClass()
                            + ", not "
                            + devices.deviceClass());
        }
        vm.refuseUnlessAvailable();
        vm.context()
                .exclusively(
                        "attach a device",
                        () -> {
                            attachNow(assignment);
                            return null;
                        });
    }

    private void attachNow(DeviceAssignment assignment) {
        if (vm.isHalted()) {
            throw new QubesVMNotRunningError(
                    "VM not running, cannot attach device, do you mean `assign`?");
        }
        DeviceInfo device = single(assignment);
        if (now().stream().anyMatch(other -> other.device().equals(device.device()))) {
            throw new DeviceAlreadyAttached(
                    "device %s of class %s already attached to %s"
                            .formatted(device, devices.deviceClass(), vm.name()));
        }
        Map<String, String> options = assignment.options();
        DeviceClass deviceClass = vm.qubes().deviceClasses().get(devices.deviceClass());
        vm.fire(new DeviceEvents.PreAttach(vm, device, options));
        deviceClass.attach(vm, device, options);
        vm.fire(new DeviceEvents.Attach(vm, device, options));
        vm.log().info("{}: {} device {} attached", vm, devices.deviceClass(), device);
    }

    /** The one device that is meant, and is there. */
    private DeviceInfo single(DeviceAssignment assignment) {
        List<DeviceInfo> candidates = candidates(assignment);
        if (candidates.size() != 1 || !candidates.get(0).known()) {
            throw new ProtocolError(
                    "Cannot attach ambiguous " + devices.deviceClass() + " device.");
        }
        return candidates.get(0);
    }

    /** The devices that an assignment may mean; none if its backend may be any. */
    List<DeviceInfo> candidates(DeviceAssignment assignment) {
        return assignment
                .device()
                .backend()
                .flatMap(vm.qubes()::find)
                .map(
                        backend ->
                                assignment.candidates(
                                        backend.devices().of(devices.deviceClass()).exposed()))
                .orElse(List.of());
    }

    void detach(Port port) {
        vm.refuseUnlessAvailable();
        vm.context()
                .exclusively(
                        "detach a device",
                        () -> {
                            detachNow(port);
                            return null;
                        });
    }

    private void detachNow(Port port) {
        DeviceAttachment attachment =
                attachedAt(port)
                        .orElseThrow(
                                () ->
                                        new DeviceNotAssigned(
                                                "%s device %s not attached to %s"
                                                        .formatted(
                                                                devices.deviceClass(),
                                                                port,
                                                                vm.name())));
        VirtualDevice device = attachment.device();
        if (!vm.isHalted() && isRequired(device)) {
            throw new QubesVMNotHaltedError(
                    "Can not detach a required device from a non halted qube. You need to unassign"
                            + " device first.");
        }
        DeviceClass deviceClass = vm.qubes().deviceClasses().get(devices.deviceClass());
        vm.fire(new DeviceEvents.PreDetach(vm, device.port()));
        deviceClass.detach(vm, attachment);
        vm.fire(new DeviceEvents.Detach(vm, device.port()));
        vm.log().info("{}: {} device {} detached", vm, devices.deviceClass(), device);
    }

    /** As in the original the port's name is enough; a backend that fits goes before others. */
    private Optional<DeviceAttachment> attachedAt(Port port) {
        List<DeviceAttachment> samePort =
                now().stream()
                        .filter(attached -> attached.device().portId().equals(port.portId()))
                        .toList();
        return samePort.stream()
                .filter(attached -> attached.device().port().equals(port))
                .findFirst()
                .or(() -> samePort.stream().findFirst());
    }

    private boolean isRequired(VirtualDevice device) {
        return devices.assigned().stream()
                .anyMatch(assignment -> assignment.required() && assignment.matches(device));
    }
}
