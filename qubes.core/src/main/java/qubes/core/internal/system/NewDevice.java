package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInfo;
import qubes.core.vm.BaseVM;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;

/** What becomes of a device that has just appeared (spec devices.md §4.1). */
final class NewDevice {
    private static final Logger log = LoggerFactory.getLogger(NewDevice.class);

    /** A running domain, and the assignment by which it gets the device. */
    private record Claim(BaseVM frontend, DeviceAssignment assignment) {}

    private NewDevice() {}

    /**
     * Attaches the device to the running domain that has it assigned. If several have, or the
     * assignment says to ask, a user would choose; as long as nobody can be asked, it stays free.
     */
    static void attachWhereAssigned(Qubes qubes, DeviceInfo device) {
        List<Claim> claims = new ArrayList<>();
        for (BaseVM vm : qubes.domains()) {
            if (vm.available() && vm.powerState() == PowerState.RUNNING) {
                mostSpecific(vm, device)
                        .ifPresent(assignment -> claims.add(new Claim(vm, assignment)));
            }
        }
        if (claims.size() > 1
                || claims.stream().anyMatch(c -> c.assignment().mode() == AssignmentMode.ASK)) {
            log.warn(
                    "{}: not attached, since nobody can be asked which of {} gets it",
                    device,
                    claims.stream().map(claim -> claim.frontend().name()).toList());
            return;
        }
        claims.forEach(claim -> attach(claim, device));
    }

    private static Optional<DeviceAssignment> mostSpecific(BaseVM vm, DeviceInfo device) {
        return vm.devices().of(device.deviceClass()).assigned().stream()
                .filter(assignment -> assignment.candidates(List.of(device)).contains(device))
                .max(Comparator.comparing(DeviceAssignment::device));
    }

    private static void attach(Claim claim, DeviceInfo device) {
        try {
            claim.frontend()
                    .devices()
                    .of(device.deviceClass())
                    .attach(
                            DeviceAssignment.of(device.device(), claim.assignment().mode())
                                    .with(claim.assignment().options()));
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.warn("{}: could not be attached to {}", device, claim.frontend().name(), e);
        }
    }
}
