package qubes.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.hypervisor.GuestStats;

/** What is told of a guest's resources (spec admin-api §13, domain-model §2.1). */
class VmStatsTest {
    private static final long SECOND = 1_000_000_000;

    private static GuestStats cpu(long nanos, int vcpus) {
        return new GuestStats(1, 1, nanos, vcpus);
    }

    @Test
    @DisplayName("a guest that says nothing itself: seven values, in order")
    void plain() {
        assertEquals(
                "{memory_kb=409600, memory_assigned_total=819200, memory_assigned_usable=409600,"
                        + " memory_with_swap_used=409600, cpu_time=30493922, cpu_usage=0,"
                        + " online_vcpus=2}",
                VmStats.arguments(
                                new GuestStats(409_600, 819_200, 30_493_922_388_888L, 2),
                                Optional.empty(),
                                0)
                        .toString());
    }

    @Test
    @DisplayName("what only some know comes last: swap, then the helper's three")
    void extras() {
        GuestStats now =
                new GuestStats(
                        400,
                        800,
                        2 * SECOND,
                        2,
                        OptionalLong.of(300),
                        OptionalLong.of(50),
                        Optional.of(new GuestStats.Helper(100, SECOND, 2)));
        GuestStats before =
                new GuestStats(
                        400,
                        800,
                        SECOND,
                        2,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.of(new GuestStats.Helper(100, SECOND / 2, 2)));
        assertEquals(
                "{memory_kb=400, memory_assigned_total=900, memory_assigned_usable=400,"
                        + " memory_with_swap_used=300, cpu_time=2000, cpu_usage=50,"
                        + " online_vcpus=2, swap_used=50, cpu_time_internal=1000,"
                        + " cpu_usage_internal=25.0, online_vcpus_internal=2}",
                VmStats.arguments(now, Optional.of(before), SECOND).toString());
    }

    @ParameterizedTest(name = "{0} ns of {1} processors in {2} s: {3} %")
    @CsvSource({
        "0, 1, 3, 0",
        "3000000000, 1, 3, 100",
        "3000000000, 2, 3, 50",
        "3000000000, 0, 3, 0",
        "100000000, 1, 3, 3",
        "105000000, 1, 3, 4",
        "75000000, 1, 3, 2",
        "99000000, 2, 3, 1",
        "-5, 1, 3, 0",
        "-3000000000, 1, 3, 0",
        "5, 1, 0, 0",
    })
    @DisplayName("The load is rounded for all processors, then shared among them, never negative")
    void load(long used, int vcpus, long seconds, long percent) {
        assertEquals(
                percent,
                ((Number)
                                VmStats.arguments(
                                                cpu(10 * SECOND + used, vcpus),
                                                Optional.of(cpu(10 * SECOND, vcpus)),
                                                seconds * SECOND)
                                        .get("cpu_usage"))
                        .longValue());
    }
}
