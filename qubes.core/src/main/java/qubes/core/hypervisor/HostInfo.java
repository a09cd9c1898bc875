package qubes.core.hypervisor;

/**
 * The host.
 *
 * @param memoryKiB all of its memory
 * @param cpus processors that guests may use
 */
public record HostInfo(long memoryKiB, int cpus) {}
