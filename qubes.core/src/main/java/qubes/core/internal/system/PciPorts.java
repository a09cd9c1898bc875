package qubes.core.internal.system;

import java.util.List;
import qubes.core.device.PciPaths;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;

/**
 * Old stores name PCI devices by their address, which may differ on the next boot. On loading,
 * those are replaced by the port, as far as the host knows the device now (spec domain-model §3.4).
 */
final class PciPorts {
    private static final String PCI = "pci";

    private PciPorts() {}

    /** The state with ports for addresses. Blocks while the host looks them up. */
    static SystemState resolved(SystemState loaded, PciPaths paths) {
        SystemState state = loaded;
        for (DomainRecord domain : loaded.domains()) {
            List<AssignmentRecord> resolved =
                    domain.assignments().stream()
                            .map(assignment -> resolved(assignment, paths))
                            .toList();
            if (!resolved.equals(domain.assignments())) {
                state = state.withChanged(domain.withAssignments(resolved));
            }
        }
        return state;
    }

    private static AssignmentRecord resolved(AssignmentRecord assignment, PciPaths paths) {
        if (!assignment.deviceClass().equals(PCI)) {
            return assignment;
        }
        String port = paths.port(assignment.portId());
        return port.equals(assignment.portId()) ? assignment : assignment.withPortId(port);
    }
}
