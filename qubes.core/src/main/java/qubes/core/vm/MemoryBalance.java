package qubes.core.vm;

import java.util.Optional;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.event.PropertyPreSet;
import qubes.core.hypervisor.Hypervisor;

/** How much memory a domain may grow to (spec vm-classes §3.3). */
final class MemoryBalance {
    private static final String METER = "supported-service.meminfo-writer";

    private MemoryBalance() {}

    static int defaultMaximum(QubesVM vm) {
        Optional<Hypervisor> xen =
                vm.qubes().findHypervisor().filter(hypervisor -> hypervisor.kind().equals("xen"));
        if (xen.isEmpty() || !possible(vm)) {
            return 0;
        }
        int wanted = "Linux".equals(vm.features().get("os")) ? 10 * vm.get(QubesVM.MEMORY) : 4000;
        int half = (int) (xen.get().host().memoryKiB() / 1024 / 2);
        return vm.fromTemplate(QubesVM.MAXMEM).orElse(Math.min(wanted, half));
    }

    private static boolean possible(QubesVM vm) {
        if (vm.hasPci()) {
            return false;
        }
        if (!vm.get(QubesVM.VIRT_MODE).equals("hvm")) {
            return true;
        }
        boolean agent =
                Features.meansTrue(vm.features().checkWithTemplate("qrexec", ""));
        boolean meter =
                Features.meansTrue(vm.features().checkWithTemplate(METER, ""));
        return agent && (meter || !announcesServices(vm));
    }

    private static boolean announcesServices(QubesVM vm) {
        Optional<BaseVM> at = Optional.of(vm);
        for (int hops = 0; at.isPresent() && hops < BaseVM.MAX_CHAIN; hops++) {
            if (at.get().features().keySet().stream()
                    .anyMatch(feature -> feature.startsWith("supported-service."))) {
                return true;
            }
            at = at.get().template();
        }
        return false;
    }

    static void refuseWhileRunning(QubesVM vm, PropertyPreSet event) {
        if (!event.oldValue().equals(Optional.of(event.newValue())) && !vm.isHalted()) {
            throw new QubesVMNotHaltedError(
                    "Domain is not powered off: '" + vm + "'; maxmem changes only while it is");
        }
    }
}
