package qubes.admin.method;

import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** What a qube uses now, as {@code admin.vm.CurrentState} tells it. */
final class Resources {
    private static final long KIB_PER_MIB = 1024;

    private Resources() {}

    /** May block. */
    static GuestStats of(BaseVM vm) {
        if (vm instanceof AdminVM admin) {
            return admin.stats();
        }
        if (!vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active()) {
            return GuestStats.NONE;
        }
        GuestStats stats = vm.qubes().hypervisor().stats(vm.uuid());
        return new GuestStats(
                stats.memoryKiB(), staticMax(vm, stats), stats.cpuTimeNanos(), stats.vcpus());
    }

    /** What the domain may have; without its klass only the hypervisor knows. */
    private static long staticMax(BaseVM vm, GuestStats stats) {
        return vm.as(QubesVM.class)
                .map(managed -> managed.get(QubesVM.MAXMEM) * KIB_PER_MIB)
                .orElse(stats.maxMemoryKiB());
    }
}
