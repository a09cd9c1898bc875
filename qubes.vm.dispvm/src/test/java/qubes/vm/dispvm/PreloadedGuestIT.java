package qubes.vm.dispvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.set;
import static qubes.testkit.Domains.value;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.vm.PowerState;
import qubes.core.vm.PreloadedGuest;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;

class PreloadedGuestIT {
    /** A guest whose services answer when the test says so, or that nobody need wait any more. */
    private static final class Guest implements PreloadedGuest {
        final List<String> asked = new CopyOnWriteArrayList<>();
        final CompletableFuture<Void> ready = new CompletableFuture<>();
        final CompletableFuture<Void> shrunk = new CompletableFuture<>();

        @Override
        public void await(
                QubesVM vm,
                List<String> services,
                Duration timeout,
                CompletableFuture<?> calledOff) {
            asked.add(String.join(" ", services) + " " + timeout.toSeconds());
            first(ready, calledOff);
        }

        @Override
        public void shrink(QubesVM vm, CompletableFuture<?> calledOff) {
            asked.add("shrink");
            first(shrunk, calledOff);
        }

        private static void first(CompletableFuture<?> answer, CompletableFuture<?> calledOff) {
            try {
                CompletableFuture.anyOf(answer, calledOff).get(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new QubesException("no answer", e);
            }
        }
    }

    private final Guest guest = new Guest();
    private PreloadSystem system;

    @BeforeEach
    void start() throws Exception {
        system = new PreloadSystem();
        system.fixture().felix().context().registerService(PreloadedGuest.class, guest, null);
        set(system.dvm(), "qrexec_timeout=7");
        set(system.dvm(), "maxmem=600");
    }

    @AfterEach
    void stop() throws Exception {
        guest.ready.complete(null);
        guest.shrunk.complete(null);
        system.close();
    }

    private String beginPreload(int questions) throws Exception {
        system.feature("dvm", "preload-dispvm-max=1");
        Await.until("the guest is asked", () -> guest.asked.size() == questions);
        return system.queue("dvm").get(0);
    }

    private Future<QubesVM> ask() {
        return system.qubes()
                .executor()
                .submit(() -> system.disposables().create(system.dvm(), false).orElseThrow());
    }

    @Test
    @DisplayName("its services are waited for, then it gives back memory and is paused")
    void waits() throws Exception {
        String name = beginPreload(1);
        assertEquals(List.of("qubes.WaitForRunningSystem 7"), guest.asked);
        QubesVM vm = system.guest(name);
        assertNotEquals(PowerState.PAUSED, vm.powerState());
        assertEquals("1", system.feature(vm, "preload-dispvm-in-progress"));
        assertFalse(vm.features().containsKey("preload-dispvm-completed"));
        guest.ready.complete(null);
        Await.until("it is asked for memory", () -> guest.asked.contains("shrink"));
        guest.shrunk.complete(null);
        system.awaitPreloaded(1);
        assertEquals(PowerState.PAUSED, vm.powerState());
    }

    @Test
    @DisplayName("with a guivm and a late GUI daemon the session is waited for too")
    void session() throws Exception {
        system.feature("tiny", "gui=1");
        system.feature("tiny", "supported-feature.late-gui-daemon=1");
        beginPreload(1);
        assertEquals(List.of("qubes.WaitForRunningSystem qubes.WaitForSession 7"), guest.asked);
    }

    @Test
    @DisplayName("without memory balancing it is not asked for memory")
    void noBalancing() throws Exception {
        set(system.dvm(), "maxmem=0");
        guest.ready.complete(null);
        system.preload(1);
        assertFalse(guest.asked.contains("shrink"));
    }

    @Test
    @DisplayName("services that fail: it is removed and leaves the queue")
    void fails() throws Exception {
        String name = beginPreload(1);
        guest.ready.completeExceptionally(new IllegalStateException("exit code 1"));
        system.awaitGone(name);
        assertEquals(List.of(), system.queue("dvm"));
    }

    @Test
    @DisplayName("asked for while it waits for services: it is not paused, and handed over")
    void requestedWhileWaiting() throws Exception {
        String name = beginPreload(1);
        assertHandedOver(name, ask());
        assertEquals(List.of("qubes.WaitForRunningSystem 7"), guest.asked);
    }

    @Test
    @DisplayName(
            "asked for while it gives back memory: the pause is skipped, and it is handed over")
    void requestedWhileShrinking() throws Exception {
        guest.ready.complete(null);
        String name = beginPreload(2);
        assertHandedOver(name, ask());
    }

    private void assertHandedOver(String name, Future<QubesVM> asked) throws Exception {
        QubesVM vm = asked.get(20, TimeUnit.SECONDS);
        assertSame(system.vm(name), vm);
        assertTrue(vm.isRunning());
        assertNotEquals(PowerState.PAUSED, vm.powerState());
        assertEquals("False", value(vm, "is_preload"));
        assertFalse(vm.features().containsKey("preload-dispvm-in-progress"));
        assertFalse(vm.features().containsKey("internal"));
        system.settle();
        assertFalse(system.heard().contains(name + " domain-paused"));
        long told =
                system.heard().stream()
                        .filter((name + " property-reset:is_preload")::equals)
                        .count();
        assertEquals(4, told, "listed, taken out, requested, used");
    }

    @Test
    @DisplayName("dropped while it waits: nothing is left of it")
    void dropped() throws Exception {
        String name = beginPreload(1);
        system.feature("dvm", "preload-dispvm-max");
        system.awaitGone(name);
        assertEquals(List.of(), system.queue("dvm"));
    }

    @Test
    @DisplayName("asked for, and its start fails: who asked gets an ordinary one")
    void requestedInVain() throws Exception {
        String name = beginPreload(1);
        Future<QubesVM> asked = ask();
        guest.ready.completeExceptionally(new IllegalStateException("exit code 1"));
        system.fixture().hypervisor().powerOff(system.vm(name).uuid());
        QubesVM vm = asked.get(30, TimeUnit.SECONDS);
        assertTrue(vm.available());
        Await.until("somebody has it or it is gone", () -> system.queue("dvm").isEmpty());
        assertEquals("False", value(vm, "is_preload"));
    }
}
