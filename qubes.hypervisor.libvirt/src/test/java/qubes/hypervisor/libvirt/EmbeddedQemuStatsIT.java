package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestStats;
import qubes.testkit.Await;

/** What real guests use. */
class EmbeddedQemuStatsIT {
    private static final EventLoop LOOP = new EventLoop();

    @TempDir static Path folder;
    private static TinyGuest tiny;

    @BeforeAll
    static void prepareHost() throws Exception {
        TinyGuest.prepareHost();
        tiny = TinyGuest.made();
    }

    @AfterAll
    static void stopLoop() {
        LOOP.stop();
    }

    @Test
    @DisplayName("guests are measured all at once, and say themselves what memory they use")
    void measuredAtOnce() throws Exception {
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(
                        new Settings("qemu:///embed?root=" + folder, "auto", ""), LOOP);
        UUID uuid = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        try {
            GuestSpec spec = tiny.spec(folder, "measured", uuid);
            hypervisor.create(spec);
            hypervisor.create(tiny.spec(folder, "paused", other));
            hypervisor.resume(uuid);
            Await.until(
                    "the guest's own driver says what it uses",
                    () -> hypervisor.allStats().get(uuid).usedKiB().isPresent());
            Map<UUID, GuestStats> all = hypervisor.allStats();
            assertEquals(Set.of(uuid, other), all.keySet());
            GuestStats stats = all.get(uuid);
            assertEquals(spec.memoryMiB() * 1024L, stats.memoryKiB());
            assertEquals(spec.vcpus(), stats.vcpus());
            assertTrue(stats.cpuTimeNanos() > 0);
            long used = stats.usedKiB().orElseThrow();
            assertTrue(used > 0 && used < stats.memoryKiB(), () -> used + " KiB");
            assertTrue(all.get(other).usedKiB().isEmpty(), "it never ran");
        } finally {
            for (UUID each : List.of(uuid, other)) {
                hypervisor.destroy(each);
                hypervisor.undefine(each);
            }
            hypervisor.close();
        }
    }
}
