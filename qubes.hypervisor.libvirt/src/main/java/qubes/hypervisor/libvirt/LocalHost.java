package qubes.hypervisor.libvirt;

import java.lang.management.ManagementFactory;
import qubes.core.hypervisor.HostInfo;

/** This machine, for answers before the hypervisor has been asked once. */
final class LocalHost {
    private LocalHost() {}

    static HostInfo info() {
        long bytes =
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.OperatingSystemMXBean os
                        ? os.getTotalMemorySize()
                        : Runtime.getRuntime().maxMemory();
        return new HostInfo(bytes / 1024, Runtime.getRuntime().availableProcessors());
    }
}
