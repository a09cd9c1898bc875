package qubes.testkit.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.hypervisor.GuestRecorder.What;

class MemoryHypervisorTest implements HypervisorContract {
    @Override
    public HypervisorFixture fixture() {
        MemoryHypervisor hypervisor = new MemoryHypervisor();
        return new HypervisorFixture() {
            @Override
            public Hypervisor hypervisor() {
                return hypervisor;
            }

            @Override
            public GuestSpec spec(String name, UUID uuid) {
                return guest(name, uuid);
            }

            @Override
            public Set<HypervisorTrait> traits() {
                return EnumSet.of(HypervisorTrait.SHUTDOWN, HypervisorTrait.SUSPEND);
            }

            @Override
            public void close() {
                hypervisor.close();
            }
        };
    }

    private static GuestSpec guest(String name, UUID uuid) {
        return new GuestSpec(
                uuid,
                name,
                400,
                0,
                2,
                "pvh",
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                new BareDomain(name));
    }

    @Test
    @DisplayName("a guest that was told to be deaf does not shut down until it powers itself off")
    void guestsCanMisbehave() throws Exception {
        try (MemoryHypervisor hypervisor = new MemoryHypervisor()) {
            UUID uuid = UUID.randomUUID();
            GuestRecorder heard = new GuestRecorder();
            hypervisor.listen(heard);
            hypervisor.create(guest("work", uuid));
            hypervisor.resume(uuid);
            hypervisor.ignoreShutdown(true);
            hypervisor.shutdown(uuid);
            assertEquals(GuestState.RUNNING, hypervisor.state(uuid));
            hypervisor.powerOff(uuid);
            heard.await(What.STOPPED, uuid);
            assertEquals(GuestState.HALTED, hypervisor.state(uuid));
        }
    }

    @Test
    @DisplayName("without a connection operations fail and the cache keeps what was seen")
    void failsWithoutAConnection() {
        try (MemoryHypervisor hypervisor = new MemoryHypervisor()) {
            UUID uuid = UUID.randomUUID();
            hypervisor.create(guest("work", uuid));
            hypervisor.disconnect();
            assertFalse(hypervisor.connected());
            assertThrows(QubesException.class, () -> hypervisor.resume(uuid));
            assertEquals(GuestState.PAUSED, hypervisor.state(uuid));
            hypervisor.reconnect();
            hypervisor.resume(uuid);
            assertEquals(GuestState.RUNNING, hypervisor.state(uuid));
        }
    }

    @Test
    @DisplayName("a start that is to fail fails with the reason given and leaves no guest")
    void startsCanFail() {
        try (MemoryHypervisor hypervisor = new MemoryHypervisor()) {
            UUID uuid = UUID.randomUUID();
            hypervisor.failCreate(Optional.of("no room"));
            QubesException refused =
                    assertThrows(
                            QubesException.class, () -> hypervisor.create(guest("work", uuid)));
            assertTrue(String.valueOf(refused.getMessage()).contains("no room"));
            assertEquals(GuestState.HALTED, hypervisor.state(uuid));
        }
    }
}
