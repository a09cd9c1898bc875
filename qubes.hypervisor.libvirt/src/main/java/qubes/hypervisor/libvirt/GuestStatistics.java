package qubes.hypervisor.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.libvirt.DomainInfo;
import qubes.core.hypervisor.GuestStats;

/** What libvirt says of the resources that guests use, as the contract has it. */
final class GuestStatistics {
    private static final int CPU = 1 << 1; // VIR_DOMAIN_STATS_CPU_TOTAL
    private static final int BALLOON = 1 << 2; // VIR_DOMAIN_STATS_BALLOON
    private static final int VCPU = 1 << 3; // VIR_DOMAIN_STATS_VCPU
    private static final int ACTIVE = 1; // VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE
    private static final int NOWAIT = 1 << 29; // VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    private static final int ENFORCE = 1 << 31; // VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS

    // virTypedParameter: a name of 80 bytes, its type, and a number of eight bytes, aligned
    private static final int TYPE = 80;
    private static final int VALUE = 88;
    private static final int PARAMETER_SIZE = 96;

    private GuestStatistics() {}

    /** Of one guest, as far as every driver knows. */
    static GuestStats of(DomainInfo info) {
        return new GuestStats(info.memory, info.maxMem, info.cpuTime, info.nrVirtCpu);
    }

    /**
     * Of all active guests, by one call, which does not wait for a guest that is busy: then less is
     * known of it.
     *
     * @throws VirtException also if the driver has no such call, or knows less than is asked for
     */
    static Map<UUID, GuestStats> ofAll(Pointer connection) throws VirtException {
        PointerByReference found = new PointerByReference();
        int count =
                Virt.virConnectGetAllDomainStats(
                        connection, CPU | BALLOON | VCPU, found, ACTIVE | NOWAIT | ENFORCE);
        if (count < 0) {
            throw VirtException.last();
        }
        Pointer records = found.getValue();
        try {
            Map<UUID, GuestStats> all = new HashMap<>();
            for (int i = 0; i < count; i++) {
                Pointer record = records.getPointer((long) i * Native.POINTER_SIZE);
                uuid(record.getPointer(0)).ifPresent(uuid -> all.put(uuid, of(numbers(record))));
            }
            return all;
        } finally {
            Virt.virDomainStatsRecordListFree(records);
        }
    }

    private static Optional<UUID> uuid(Pointer domain) {
        byte[] bytes = new byte[16];
        if (Virt.virDomainGetUUID(domain, bytes) < 0) {
            return Optional.empty();
        }
        ByteBuffer halves = ByteBuffer.wrap(bytes);
        return Optional.of(new UUID(halves.getLong(), halves.getLong()));
    }

    private static Map<String, Long> numbers(Pointer record) {
        Map<String, Long> numbers = new HashMap<>();
        Pointer parameters = record.getPointer(Native.POINTER_SIZE);
        int count = record.getInt(2L * Native.POINTER_SIZE);
        for (int i = 0; i < count; i++) {
            long at = (long) i * PARAMETER_SIZE;
            String name = parameters.getString(at);
            switch (parameters.getInt(at + TYPE)) {
                case 1 -> numbers.put(name, (long) parameters.getInt(at + VALUE));
                case 2 -> numbers.put(name, parameters.getInt(at + VALUE) & 0xffff_ffffL);
                case 3, 4 -> numbers.put(name, parameters.getLong(at + VALUE));
                default -> {} // no number
            }
        }
        return numbers;
    }

    /** Names as in libvirt's virConnectGetAllDomainStats. */
    static GuestStats of(Map<String, Long> numbers) {
        return new GuestStats(
                numbers.getOrDefault("balloon.current", 0L),
                numbers.getOrDefault("balloon.maximum", 0L),
                numbers.getOrDefault("cpu.time", 0L),
                Math.toIntExact(numbers.getOrDefault("vcpu.current", 0L)),
                used(numbers),
                OptionalLong.empty(), // how much was swapped in and out ever, nobody needs
                Optional.empty());
    }

    /** What the guest's own driver says, once it has said anything. */
    private static OptionalLong used(Map<String, Long> numbers) {
        Long available = numbers.get("balloon.available");
        Long left = numbers.getOrDefault("balloon.usable", numbers.get("balloon.unused"));
        return available == null || left == null || left > available
                ? OptionalLong.empty()
                : OptionalLong.of(available - left);
    }
}
