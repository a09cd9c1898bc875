package qubes.core.hypervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import qubes.core.property.PropertyHolder;

/**
 * All that a hypervisor needs to define a guest; made anew at every start.
 *
 * @param memoryMiB memory at boot
 * @param maxMemoryMiB memory it can grow to; 0 if it does not change
 * @param virtMode {@code hvm}, {@code pvh} or {@code pv}
 * @param kernel kernel on the host; absent if the guest boots from its disk
 * @param initramfs initramfs on the host
 * @param kernelCommandLine complete command line; empty without a kernel
 * @param disks in volume order
 * @param domain the domain, for templates that read its properties and features
 */
public record GuestSpec(
        UUID uuid,
        String name,
        int memoryMiB,
        int maxMemoryMiB,
        int vcpus,
        String virtMode,
        Optional<Path> kernel,
        Optional<Path> initramfs,
        String kernelCommandLine,
        List<GuestDisk> disks,
        PropertyHolder domain) {
    /**
     * Copies its collections.
     *
     * @param uuid identity of the guest's domain
     * @param memoryMiB memory at boot
     * @param maxMemoryMiB memory it can grow to; 0 if it does not change
     * @param virtMode {@code hvm}, {@code pvh} or {@code pv}
     * @param kernel kernel on the host; absent if the guest boots from its disk
     * @param initramfs initramfs on the host
     * @param kernelCommandLine complete command line; empty without a kernel
     * @param disks in volume order
     * @param domain the domain, for templates that read its properties and features
     * @param name name of the domain
     * @param vcpus number of processors
     */
    public GuestSpec {
        disks = List.copyOf(disks);
    }
}
