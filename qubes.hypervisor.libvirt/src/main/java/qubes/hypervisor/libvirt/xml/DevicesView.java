package qubes.hypervisor.libvirt.xml;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qubes.core.state.AssignmentRecord;
import qubes.hypervisor.libvirt.jinja.Arguments;
import qubes.hypervisor.libvirt.jinja.Callable;
import qubes.hypervisor.libvirt.jinja.Undefined;
import qubes.hypervisor.libvirt.jinja.Visible;

/** {@code vm.devices['pci']} and its like in templates. */
record DevicesView(DomainFacts facts) implements Visible {
    @Override
    public @Nullable Object attribute(String deviceClass) {
        return new Assignments(facts, deviceClass);
    }

    /** The assignments of one class of devices. */
    private record Assignments(DomainFacts facts, String deviceClass) implements Visible {
        @Override
        public @Nullable Object attribute(String name) {
            return name.equals("get_assigned_devices")
                    ? (Callable) this::assigned
                    : Undefined.attribute("devices", name);
        }

        private List<AssignmentView> assigned(Arguments arguments) {
            boolean requiredOnly = Boolean.TRUE.equals(arguments.get(0, "required_only", false));
            return facts.assignments().stream()
                    .filter(assignment -> assignment.deviceClass().equals(deviceClass))
                    .filter(assignment -> !requiredOnly || assignment.mode().equals("required"))
                    .map(assignment -> new AssignmentView(facts, assignment))
                    .toList();
        }
    }

    /** An assignment: where the device is, and with what options it is attached. */
    private record AssignmentView(DomainFacts facts, AssignmentRecord assignment)
            implements Visible {
        @Override
        public @Nullable Object attribute(String name) {
            return switch (name) {
                case "port_id", "ident" -> assignment.portId();
                case "device_id" -> assignment.identity();
                case "mode" -> assignment.mode();
                case "options" -> assignment.options();
                case "backend_domain" ->
                        facts.domain(assignment.backendDomain())
                                .<@Nullable Object>map(DomainView::new)
                                .orElse(null);
                case "pci_address" -> PciAddress.of(assignment.portId(), PciAddress.SYSFS).parts();
                case "backend_name" -> assignment.backendDomain();
                default -> Undefined.attribute("assignment", name);
            };
        }
    }
}
