package qubes.core.internal.migration;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import qubes.core.device.DeviceAssignment;
import qubes.core.error.Repr;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.state.XmlFragment;

/** Assignments of devices as older stores write them. */
final class OldDevices {
    private static final String OLD_MODE = "required";
    private static final String IDENTITY_OPTION = "option:identity";

    private OldDevices() {}

    /**
     * An assignment gets the attributes of today, in their order (spec qubes-xml §1): a mode
     * instead of {@code required}, an identity that is no option, and what went without saying.
     * What is not understood stays as it is.
     */
    static DomainRecord attributes(DomainRecord domain, SystemState all, Notes notes) {
        List<AssignmentRecord> today =
                domain.assignments().stream()
                        .map(assignment -> today(assignment, domain, notes))
                        .toList();
        return today.equals(domain.assignments()) ? domain : domain.withAssignments(today);
    }

    private static AssignmentRecord today(AssignmentRecord old, DomainRecord domain, Notes notes) {
        Optional<DeviceAssignment> understood = DeviceAssignment.of(old);
        if (understood.isEmpty() || old.unknown().stream().anyMatch(OldDevices::isOfIdentity)) {
            return old;
        }
        Map<String, String> attributes =
                new LinkedHashMap<>(understood.get().record().attributes());
        old.attributes().forEach(attributes::putIfAbsent);
        attributes.remove(OLD_MODE);
        AssignmentRecord today =
                new AssignmentRecord(
                        old.deviceClass(), attributes, old.attachOptions(), old.unknown());
        if (!today.equals(old)) {
            notes.changed(
                    domain.name()
                            + ": Device "
                            + Repr.quote(understood.get().toString())
                            + " is written as "
                            + today.mode());
        }
        return today;
    }

    private static boolean isOfIdentity(XmlFragment piece) {
        return piece.parent().equals(IDENTITY_OPTION);
    }
}
