package qubes.testkit.hypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.Waiting;
import qubes.testkit.hypervisor.GuestRecorder.What;

/**
 * What every hypervisor owes the core. Implement it in a test class of the hypervisor's bundle;
 * override nothing.
 */
public interface HypervisorContract {
    /**
     * {@return a hypervisor with no guests; the kit closes it}
     *
     * @throws Exception if it cannot be made
     */
    HypervisorFixture fixture() throws Exception;

    /**
     * A connected hypervisor knows its host and its kind.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a connected hypervisor knows its host and its kind")
    default void knowsItsHost() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            assertTrue(hypervisor.connected());
            assertTrue(hypervisor.host().memoryKiB() > 0);
            assertTrue(hypervisor.host().cpus() > 0);
            assertTrue(hypervisor.kind().matches("[a-z]+"), hypervisor.kind());
        }
    }

    /**
     * A guest nobody created is halted and can be ended and forgotten without complaint.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a guest nobody created is halted and can be ended and forgotten without complaint")
    default void unknownGuestIsHalted() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID nobody = UUID.randomUUID();
            assertTrue(hypervisor.guest(nobody).isEmpty());
            assertEquals(GuestState.HALTED, hypervisor.state(nobody));
            assertEquals(GuestState.HALTED, hypervisor.refresh(nobody));
            assertEquals(GuestStats.NONE, hypervisor.stats(nobody));
            hypervisor.destroy(nobody);
            hypervisor.undefine(nobody);
        }
    }

    /**
     * What needs a running guest is refused with the error clients know if there is none.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "what needs a running guest is refused with the error clients know if there is none")
    default void refusesWhatNeedsAGuest() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID nobody = UUID.randomUUID();
            assertThrows(QubesVMNotStartedError.class, () -> hypervisor.shutdown(nobody));
            assertThrows(QubesVMNotStartedError.class, () -> hypervisor.pause(nobody));
            assertThrows(QubesVMNotStartedError.class, () -> hypervisor.resume(nobody));
            assertThrows(QubesVMNotStartedError.class, () -> hypervisor.describe(nobody));
        }
    }

    /**
     * A created guest is paused, has a number, and nobody is told of a pause.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a created guest is paused, has a number, and nobody is told of a pause")
    default void createdGuestIsPaused() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestRecorder heard = new GuestRecorder(fixture.patience());
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(fixture.spec("contract-paused", uuid));
                Guest guest = hypervisor.guest(uuid).orElseThrow();
                assertEquals(GuestState.PAUSED, guest.state());
                assertEquals("contract-paused", guest.name());
                assertTrue(guest.id() >= 0, () -> "id " + guest.id());
                assertTrue(hypervisor.guests().contains(guest));
                hypervisor.destroy(uuid);
                heard.await(What.STOPPED, uuid);
                assertEquals(0, heard.count(What.PAUSED, uuid));
            }
        }
    }

    /**
     * A guest runs, stops and runs on as asked, and listeners are told each time, of a pause once.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a guest runs, stops and runs on as asked, and listeners are told each time, of a pause once")
    default void pausesAndResumes() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestRecorder heard = new GuestRecorder(fixture.patience());
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(fixture.spec("contract-resume", uuid));
                hypervisor.resume(uuid);
                assertEquals(GuestState.RUNNING, hypervisor.state(uuid));
                heard.await(What.RESUMED, uuid);
                hypervisor.pause(uuid);
                assertEquals(GuestState.PAUSED, hypervisor.state(uuid));
                heard.await(What.PAUSED, uuid);
                hypervisor.resume(uuid);
                assertEquals(GuestState.RUNNING, hypervisor.refresh(uuid));
                hypervisor.destroy(uuid);
                heard.await(What.STOPPED, uuid); // what was said before is all there now
                assertEquals(1, heard.count(What.PAUSED, uuid));
            }
        }
    }

    /**
     * Ending a guest leaves it halted, without a number, and listeners are told.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("ending a guest leaves it halted, without a number, and listeners are told")
    default void destroyEndsTheGuest() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestRecorder heard = new GuestRecorder(fixture.patience());
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(fixture.spec("contract-destroy", uuid));
                hypervisor.resume(uuid);
                hypervisor.destroy(uuid);
                assertEquals(GuestState.HALTED, hypervisor.state(uuid));
                assertFalse(hypervisor.guest(uuid).filter(guest -> guest.id() >= 0).isPresent());
                heard.await(What.STOPPED, uuid);
                hypervisor.destroy(uuid);
            }
        }
    }

    /**
     * A listener that left is told nothing, and one that fails harms neither others nor guests.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a listener that left is told nothing, and one that fails harms neither others nor guests")
    default void listenersAreIndependent() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestRecorder left = new GuestRecorder(fixture.patience());
            GuestRecorder stays = new GuestRecorder(fixture.patience());
            hypervisor.listen(left).close();
            try (AutoCloseable failing = hypervisor.listen(new FailingListener());
                    AutoCloseable listening = hypervisor.listen(stays)) {
                hypervisor.create(fixture.spec("contract-listen", uuid));
                hypervisor.resume(uuid);
                hypervisor.pause(uuid);
                stays.await(What.PAUSED, uuid);
                assertEquals(GuestState.PAUSED, hypervisor.state(uuid));
                hypervisor.destroy(uuid);
                stays.await(What.STOPPED, uuid);
                assertEquals(List.of(), left.said());
            }
        }
    }

    /**
     * A guest that runs is not started once more, and runs on.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a guest that runs is not started once more, and runs on")
    default void runningGuestIsNotStarted() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-twice", uuid));
            hypervisor.resume(uuid);
            int id = hypervisor.guest(uuid).orElseThrow().id();
            GuestSpec again = fixture.spec("contract-twice", uuid);
            assertThrows(QubesException.class, () -> hypervisor.create(again));
            assertEquals(GuestState.RUNNING, hypervisor.refresh(uuid));
            assertEquals(id, hypervisor.guest(uuid).orElseThrow().id());
        }
    }

    /**
     * A guest can be started again after it ended, with another memory and another name.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName(
            "a guest can be started again after it ended, with another memory and another name")
    default void startsAgain() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-again", uuid));
            hypervisor.destroy(uuid);
            hypervisor.create(fixture.spec("contract-renamed", uuid));
            assertEquals("contract-renamed", hypervisor.guest(uuid).orElseThrow().name());
            assertEquals(GuestState.PAUSED, hypervisor.state(uuid));
        }
    }

    /**
     * A forgotten guest is not listed any more.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a forgotten guest is not listed any more")
    default void undefineForgets() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-forget", uuid));
            hypervisor.destroy(uuid);
            hypervisor.undefine(uuid);
            assertTrue(hypervisor.guest(uuid).isEmpty());
            assertFalse(hypervisor.guests().stream().anyMatch(guest -> guest.uuid().equals(uuid)));
            hypervisor.undefine(uuid);
        }
    }

    /**
     * A guest asked to shut down does so where it is declared, else it stays as it is.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a guest asked to shut down does so where it is declared, else it stays as it is")
    default void shutdownMatchesDeclaration() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestRecorder heard = new GuestRecorder(fixture.patience());
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(fixture.spec("contract-shutdown", uuid));
                hypervisor.resume(uuid);
                fixture.awaitBooted(uuid);
                hypervisor.shutdown(uuid);
                if (!fixture.traits().contains(HypervisorTrait.SHUTDOWN)) {
                    assertTrue(hypervisor.refresh(uuid).active());
                    return;
                }
                heard.await(What.STOPPED, uuid);
                assertEquals(GuestState.HALTED, hypervisor.refresh(uuid));
            }
        }
    }

    /**
     * Suspend works where it is declared and says no elsewhere.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("suspend works where it is declared and says no elsewhere")
    default void suspendMatchesDeclaration() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-suspend", uuid));
            hypervisor.resume(uuid);
            boolean suspended = hypervisor.suspend(uuid);
            assertEquals(fixture.traits().contains(HypervisorTrait.SUSPEND), suspended);
            if (suspended) {
                assertEquals(GuestState.SUSPENDED, hypervisor.state(uuid));
                hypervisor.wakeUp(uuid);
            }
            assertEquals(GuestState.RUNNING, hypervisor.refresh(uuid));
        }
    }

    /**
     * A running guest has a console where it is declared, and none elsewhere.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a running guest has a console where it is declared, and none elsewhere")
    default void consoleMatchesDeclaration() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-console", uuid));
            assertEquals(
                    fixture.traits().contains(HypervisorTrait.CONSOLE),
                    hypervisor.console(uuid).isPresent());
            assertTrue(hypervisor.describe(uuid).contains("contract-console"));
        }
    }

    /**
     * Devices attach where it is declared; nonsense is refused with words for users.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("devices attach where it is declared; nonsense is refused with words for users")
    default void attachMatchesDeclaration() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            hypervisor.create(fixture.spec("contract-attach", uuid));
            QubesException refused =
                    assertThrows(
                            QubesException.class,
                            () -> hypervisor.attach(uuid, "<nonsense path='/tmp/x'>"));
            assertTrue(String.valueOf(refused.getMessage()).contains("contract-attach"));
            if (fixture.traits().contains(HypervisorTrait.ATTACH)) {
                hypervisor.attach(uuid, fixture.deviceXml());
            }
        }
    }

    /**
     * A guest uses memory and processors while it is there, and nothing afterwards.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a guest uses memory and processors while it is there, and nothing afterwards")
    default void statsFollowTheGuest() throws Exception {
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            UUID uuid = UUID.randomUUID();
            GuestSpec spec = fixture.spec("contract-stats", uuid);
            hypervisor.create(spec);
            GuestStats stats = hypervisor.stats(uuid);
            assertTrue(
                    stats.memoryKiB() > 0 && stats.memoryKiB() <= spec.memoryMiB() * 1024L,
                    () -> stats.memoryKiB() + " KiB");
            assertEquals(spec.vcpus(), stats.vcpus());
            GuestStats same = hypervisor.allStats().getOrDefault(uuid, GuestStats.NONE);
            assertEquals(stats.maxMemoryKiB(), same.maxMemoryKiB());
            assertEquals(stats.vcpus(), same.vcpus());
            hypervisor.destroy(uuid);
            assertEquals(GuestStats.NONE, hypervisor.stats(uuid));
            assertFalse(hypervisor.allStats().containsKey(uuid));
        }
    }

    /**
     * Guests are created side by side, and reads answer meanwhile without a wait.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("guests are created side by side, and reads answer meanwhile without a wait")
    default void createsSideBySide() throws Exception {
        int guests = 4;
        ExecutorService starters = Executors.newFixedThreadPool(guests);
        try (HypervisorFixture fixture = fixture()) {
            Hypervisor hypervisor = fixture.hypervisor();
            List<UUID> uuids = new ArrayList<>();
            List<Future<?>> starts = new ArrayList<>();
            for (int i = 0; i < guests; i++) {
                UUID uuid = UUID.randomUUID();
                GuestSpec spec = fixture.spec("contract-many-" + i, uuid);
                uuids.add(uuid);
                starts.add(starters.submit(() -> hypervisor.create(spec)));
            }
            for (Future<?> start : starts) {
                awaitReading(
                        start,
                        () -> {
                            long waits = Waiting.soFar();
                            uuids.forEach(hypervisor::state);
                            hypervisor.guests();
                            assertEquals(0, Waiting.soFar() - waits, "waits of a read");
                        });
            }
            uuids.forEach(uuid -> assertEquals(GuestState.PAUSED, hypervisor.state(uuid)));
            assertEquals(
                    guests,
                    uuids.stream()
                            .map(u -> hypervisor.guest(u).orElseThrow().id())
                            .distinct()
                            .count());
        } finally {
            starters.shutdownNow();
        }
    }

    /** Reads again and again until the start is done; bounded. */
    private static void awaitReading(Future<?> start, Runnable reads) throws Exception {
        for (int tries = 0; tries < 3_000; tries++) {
            reads.run();
            try {
                start.get(20, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                continue; // not yet
            }
        }
        throw new AssertionError("a guest was not created within a minute");
    }
}
