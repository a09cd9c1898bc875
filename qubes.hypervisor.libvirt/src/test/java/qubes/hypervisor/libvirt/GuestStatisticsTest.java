package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.hypervisor.GuestStats;

class GuestStatisticsTest {
    @Test
    @DisplayName(
            "what a driver does not say is nothing; what a guest says of itself is what it uses")
    void numbers() {
        assertEquals(GuestStats.NONE, GuestStatistics.of(Map.of()));
        GuestStats plain =
                GuestStatistics.of(
                        Map.of(
                                "balloon.current", 400L,
                                "balloon.maximum", 800L,
                                "cpu.time", 7L,
                                "vcpu.current", 2L,
                                "balloon.swap_out", 5L));
        assertEquals(new GuestStats(400, 800, 7, 2), plain);
        assertEquals(
                OptionalLong.of(250),
                GuestStatistics.of(
                                Map.of(
                                        "balloon.available", 350L,
                                        "balloon.usable", 100L,
                                        "balloon.unused", 50L))
                        .usedKiB());
        assertEquals(
                OptionalLong.of(300),
                GuestStatistics.of(Map.of("balloon.available", 350L, "balloon.unused", 50L))
                        .usedKiB());
        assertEquals(
                OptionalLong.empty(),
                GuestStatistics.of(Map.of("balloon.available", 350L)).usedKiB());
    }
}
