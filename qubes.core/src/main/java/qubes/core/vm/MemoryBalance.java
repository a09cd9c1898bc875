package qubes.core.vm;

import java.util.Optional;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.Repr;
import qubes.core.event.PropertyPreSet;
import qubes.core.hypervisor.Hypervisor;

/** How much memory a domain may grow to (spec vm-classes §3.3). */
final class MemoryBalance {
    private static final String METER = "supported-service.meminfo-writer";

    private MemoryBalance() {}

    static int defaultMaximum(QubesVM vm) {
        Optional<Hypervisor> xen = xen(vm);
        if (xen.isEmpty() || !possible(vm)) {
            return 0;
        }
        boolean linux = "Linux".equals(vm.features().get("os"));
        long wanted = linux ? 10L * vm.get(QubesVM.MEMORY) : 4000;
        long half = xen.get().host().memoryKiB() / 1024 / 2;
        return vm.fromTemplate(QubesVM.MAXMEM)
                .orElseGet(() -> Math.toIntExact(Math.min(wanted, half)));
    }

    private static Optional<Hypervisor> xen(QubesVM vm) {
        return vm.qubes().findHypervisor().filter(hypervisor -> hypervisor.kind().equals("xen"));
    }

    /**
     * True if memory can be plugged into the running guest (spec vm-classes §3.7). Looks at the
     * file system.
     */
    static boolean hotplug(QubesVM vm) {
        if (xen(vm).isEmpty()) {
            return false;
        }
        Optional<String> told = vm.features().findWithTemplate("memory-hotplug");
        if (told.isPresent()) {
            return Features.meansTrue(told.get());
        }
        if (vm.get(QubesVM.VIRT_MODE).equals("hvm")) {
            return false;
        }
        return Kernels.fromGuest(vm)
                ? Features.meansTrue(
                        vm.features().checkWithTemplate("supported-feature.memory-hotplug", ""))
                : Kernels.file(vm, "memory-hotplug-supported").isPresent();
    }

    private static boolean possible(QubesVM vm) {
        if (vm.hasPci()) {
            return false;
        }
        if (!vm.get(QubesVM.VIRT_MODE).equals("hvm")) {
            return true;
        }
        boolean agent = Features.meansTrue(vm.features().checkWithTemplate("qrexec", ""));
        boolean meter = Features.meansTrue(vm.features().checkWithTemplate(METER, ""));
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

    /**
     * A handler: the most memory of a guest that is there can change only where memory can be
     * plugged in.
     */
    static void refuseWhileRunning(QubesVM vm, PropertyPreSet event) {
        if (!event.oldValue().equals(Optional.of(event.newValue()))
                && !vm.isHalted()
                && !hotplug(vm)) {
            throw new QubesVMNotHaltedError(
                    "Domain is not powered off: "
                            + Repr.quote(vm.subjectName())
                            + "; maxmem changes only while it is");
        }
    }
}
