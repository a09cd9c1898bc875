package qubes.core.hypervisor;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Resources a guest uses at the moment.
 *
 * @param memoryKiB memory it has now: what a virtual machine was given, what a container uses
 * @param maxMemoryKiB memory it may have
 * @param cpuTimeNanos processor time used since its start
 * @param usedKiB memory that the guest itself says it uses, what it swapped out included; absent if
 *     it does not say
 * @param swapUsedKiB what of that it swapped out; absent if it does not say
 * @param helper the domain that emulates devices for the guest; absent if there is none
 */
public record GuestStats(
        long memoryKiB,
        long maxMemoryKiB,
        long cpuTimeNanos,
        int vcpus,
        OptionalLong usedKiB,
        OptionalLong swapUsedKiB,
        Optional<Helper> helper) {
    /** A guest that is not there. */
    public static final GuestStats NONE = new GuestStats(0, 0, 0, 0);

    /**
     * A helper domain.
     *
     * @param maxMemoryKiB memory it may have
     * @param cpuTimeNanos processor time used since its start
     */
    public record Helper(long maxMemoryKiB, long cpuTimeNanos, int vcpus) {}

    /**
     * Of a guest that says nothing itself and has no helper.
     *
     * @param memoryKiB memory in use
     * @param maxMemoryKiB most memory that it may have
     * @param cpuTimeNanos time its processors ran, since it was created
     * @param vcpus number of its processors
     */
    public GuestStats(long memoryKiB, long maxMemoryKiB, long cpuTimeNanos, int vcpus) {
        this(
                memoryKiB,
                maxMemoryKiB,
                cpuTimeNanos,
                vcpus,
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty());
    }
}
