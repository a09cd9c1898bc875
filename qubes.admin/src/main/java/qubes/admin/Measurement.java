package qubes.admin;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/**
 * What all running guests used at one moment.
 *
 * @param nanos the moment, of a clock that only goes forward
 * @param guests guest to resources, in the order of the hypervisor's numbers
 */
record Measurement(long nanos, Map<UUID, GuestStats> guests) {
    /**
     * Measures; blocks.
     *
     * @throws qubes.core.error.QubesException if the hypervisor fails
     */
    static Measurement of(Qubes qubes) {
        Map<UUID, GuestStats> ordered = new LinkedHashMap<>();
        qubes.findHypervisor().ifPresent(hypervisor -> measure(hypervisor, ordered));
        return new Measurement(System.nanoTime(), ordered);
    }

    private static void measure(Hypervisor hypervisor, Map<UUID, GuestStats> into) {
        Map<UUID, GuestStats> all = hypervisor.allStats();
        hypervisor.guests().stream()
                .sorted(Comparator.comparingInt(Guest::id))
                .filter(guest -> all.containsKey(guest.uuid()))
                .forEach(guest -> into.put(guest.uuid(), all.get(guest.uuid())));
    }

    boolean knows(BaseVM vm) {
        return guests.containsKey(vm.uuid());
    }

    /**
     * What is told of it: of each guest that is a domain, in order.
     *
     * @param previous the measurement before, from which the load of processors follows; null: no
     *     load yet
     */
    List<VmStats> events(Qubes qubes, @Nullable Measurement previous) {
        List<VmStats> events = new ArrayList<>();
        guests.forEach(
                (uuid, now) ->
                        qubes.find(uuid)
                                .ifPresent(
                                        vm ->
                                                events.add(
                                                        VmStats.of(
                                                                vm,
                                                                now,
                                                                previous == null
                                                                        ? null
                                                                        : previous.guests.get(uuid),
                                                                previous == null
                                                                        ? 0
                                                                        : nanos
                                                                                - previous.nanos))));
        return events;
    }
}
