package qubes.admin;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.core.event.Event;
import qubes.core.hypervisor.GuestStats;
import qubes.core.vm.BaseVM;

/**
 * What one running domain uses; only ever part of a stream (spec admin-api §13).
 *
 * @param arguments name to value, in the order that clients know
 */
record VmStats(BaseVM vm, Map<String, Object> arguments) implements Event {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /**
     * @param before what it used then; null if nobody knows
     * @param nanos time since then
     */
    static VmStats of(BaseVM vm, GuestStats now, @Nullable GuestStats before, long nanos) {
        return new VmStats(vm, arguments(now, Optional.ofNullable(before), nanos));
    }

    static Map<String, Object> arguments(GuestStats now, Optional<GuestStats> before, long nanos) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        long helpers = now.helper().map(GuestStats.Helper::maxMemoryKiB).orElse(0L);
        long load =
                before.map(old -> load(now.cpuTimeNanos(), old.cpuTimeNanos(), nanos)).orElse(0L);
        arguments.put("memory_kb", now.memoryKiB());
        arguments.put("memory_assigned_total", now.maxMemoryKiB() + helpers);
        arguments.put("memory_assigned_usable", now.memoryKiB());
        arguments.put("memory_with_swap_used", now.usedKiB().orElse(now.memoryKiB()));
        arguments.put("cpu_time", now.cpuTimeNanos() / NANOS_PER_MILLI);
        arguments.put("cpu_usage", now.vcpus() == 0 ? 0 : load / now.vcpus());
        arguments.put("online_vcpus", now.vcpus());
        now.swapUsedKiB().ifPresent(swap -> arguments.put("swap_used", swap));
        now.helper()
                .ifPresent(
                        helper ->
                                addHelper(
                                        arguments,
                                        helper,
                                        before.flatMap(GuestStats::helper),
                                        nanos));
        return arguments;
    }

    private static void addHelper(
            Map<String, Object> arguments,
            GuestStats.Helper now,
            Optional<GuestStats.Helper> before,
            long nanos) {
        double load =
                before.map(old -> load(now.cpuTimeNanos(), old.cpuTimeNanos(), nanos)).orElse(0L);
        arguments.put("cpu_time_internal", now.cpuTimeNanos() / NANOS_PER_MILLI);
        arguments.put(
                "cpu_usage_internal",
                String.format(Locale.ROOT, "%.1f", now.vcpus() == 0 ? 0 : load / now.vcpus()));
        arguments.put("online_vcpus_internal", now.vcpus());
    }

    /** Percent of one processor, halves to the even side; never negative. */
    private static long load(long now, long before, long nanos) {
        return nanos <= 0 ? 0 : Math.max(0, (long) Math.rint((now - before) * 100.0 / nanos));
    }

    @Override
    public BaseVM subject() {
        return vm;
    }

    @Override
    public String wireName() {
        return "vm-stats";
    }
}
