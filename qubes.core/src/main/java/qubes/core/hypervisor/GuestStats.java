package qubes.core.hypervisor;

/**
 * Resources a guest uses at the moment.
 *
 * @param memoryKiB memory it has now: what a virtual machine was given, what a container uses
 * @param maxMemoryKiB memory it may have
 * @param cpuTimeNanos processor time used since its start
 */
public record GuestStats(long memoryKiB, long maxMemoryKiB, long cpuTimeNanos, int vcpus) {
    /** A guest that is not there. */
    public static final GuestStats NONE = new GuestStats(0, 0, 0, 0);
}
