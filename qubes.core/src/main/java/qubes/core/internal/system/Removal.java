package qubes.core.internal.system;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.Repr;
import qubes.core.event.EventPattern;
import qubes.core.event.Membership;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Dependents;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/** What keeps a domain from being removed, and what follows once it is (spec domain-model §6.2). */
final class Removal {
    private static final Logger log = LoggerFactory.getLogger(Removal.class);

    /** Globals that do not go on naming a domain that is gone. */
    private static final List<Property<Optional<DomainName>>> FORGETFUL =
            List.of(
                    Globals.DEFAULT_GUIVM,
                    Globals.DEFAULT_NETVM,
                    Globals.CLOCKVM,
                    Globals.UPDATEVM,
                    Globals.DEFAULT_TEMPLATE);

    /** In the order in which they run. */
    static final List<ApplicationHandler<?>> HANDLERS =
            List.of(
                    new ApplicationHandler<>(
                            EventPattern.of(Membership.DomainPreDelete.class),
                            (qubes, event) -> refuseWhileUsed(qubes, (BaseVM) event.vm())),
                    new ApplicationHandler<>(
                            EventPattern.of(Membership.DomainDelete.class),
                            (qubes, event) -> resetGlobals(qubes, (BaseVM) event.vm())));

    private Removal() {}

    /**
     * Refuses if anything still needs the domain; called under the model lock.
     *
     * @throws QubesVMInUseError if a property refers to it, or a device of it is assigned
     */
    static void refuseWhileUsed(Qubes qubes, BaseVM vm) {
        List<String> users = Dependents.of(vm);
        if (!users.isEmpty()) {
            log.error(
                    "{} cannot be removed, it is used as {}", vm.name(), String.join(", ", users));
            throw new QubesVMInUseError(
                    "Domain is in use: "
                            + Repr.quote(vm.name().value())
                            + ";  see 'journalctl -u qubesd -e' in dom0 for details");
        }
        if (vm instanceof QubesVM || !vm.available()) {
            refuseWhileDevicesAssigned(qubes, vm);
        }
    }

    private static void refuseWhileDevicesAssigned(Qubes qubes, BaseVM vm) {
        String ports =
                qubes.state().assignedFrom(vm.name().value()).stream()
                        .filter(other -> other.qid() != vm.qid())
                        .flatMap(other -> other.assignments().stream())
                        .filter(device -> device.backendDomain().equals(vm.name().value()))
                        .map(device -> device.portId())
                        .distinct()
                        .collect(Collectors.joining(", "));
        if (!ports.isEmpty()) {
            throw new QubesVMInUseError("VM has devices assigned to other VMs: " + ports);
        }
    }

    private static void resetGlobals(Qubes qubes, BaseVM gone) {
        for (Property<Optional<DomainName>> property : FORGETFUL) {
            if (qubes.find(property).equals(Optional.of(Optional.of(gone.name())))) {
                qubes.reset(property);
            }
        }
    }
}
