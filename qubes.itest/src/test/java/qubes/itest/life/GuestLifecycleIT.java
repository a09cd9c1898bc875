package qubes.itest.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.ServiceRegistration;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMInUseError;
import qubes.core.error.QubesVMNotHaltedError;
import qubes.core.error.QubesVMNotPausedError;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.error.QubesVMShutdownTimeoutError;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.hypervisor.GuestState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Network;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

class GuestLifecycleIT {
    private static final List<String> STARTED =
            List.of(
                    "domain-pre-start",
                    "domain-verify-files",
                    "domain-pre-spawn",
                    "property-reset:xid",
                    "property-reset:stubdom_xid",
                    "property-reset:start_time",
                    "domain-spawn",
                    "domain-pre-unpaused",
                    "domain-unpaused",
                    "domain-start");

    private static final List<String> STOPPED =
            List.of(
                    "property-reset:xid",
                    "property-reset:stubdom_xid",
                    "property-reset:start_time",
                    "domain-stopped",
                    "domain-shutdown");

    private QubesFixture system;
    private Qubes qubes;
    private QubesVM work;

    @BeforeEach
    void open() {
        system =
                QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm", "qubes.vm.standalonevm");
        qubes = system.qubes();
        work = alone("work");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("a start is announced step by step")
    void startIsAnnounced() throws Exception {
        try (Heard heard = new Heard(qubes)) {
            work.start();
            assertEquals(STARTED, heard.of(work));
        }
        assertEquals(PowerState.RUNNING, work.powerState());
        assertTrue(work.get(QubesVM.XID) > 0);
        assertTrue(work.get(QubesVM.START_TIME).isPresent());
    }

    @Test
    @DisplayName("starting a domain that runs, or is paused, does nothing")
    void startTwice() throws Exception {
        work.start();
        try (Heard heard = new Heard(qubes)) {
            work.start();
            assertEquals(List.of(), heard.of(work));
        }
    }

    @Test
    @DisplayName(
            "a shutdown that is waited for ends with the volumes stopped and everything announced")
    void shutdownIsAnnounced() throws Exception {
        work.start();
        assertTrue(work.storage().volume("private").dirty());
        try (Heard heard = new Heard(qubes)) {
            work.shutdown(false, true);
            List<String> all = new ArrayList<>(List.of("domain-pre-shutdown"));
            all.addAll(STOPPED);
            assertEquals(all, heard.of(work));
        }
        assertEquals(PowerState.HALTED, work.powerState());
        assertFalse(work.storage().volume("private").dirty());
        assertEquals(-1, work.get(QubesVM.XID));
    }

    @Test
    @DisplayName("a guest that powers itself off is cleaned up once")
    void guestPowersItselfOff() throws Exception {
        work.start();
        CountDownLatch down = new CountDownLatch(1);
        try (Heard heard = new Heard(qubes);
                AutoCloseable watch = qubes.listen(event -> count(event.wireName(), down))) {
            system.hypervisor().powerOff(work.uuid());
            assertTrue(down.await(30, TimeUnit.SECONDS));
            assertEquals(STOPPED, heard.of(work));
        }
        assertFalse(work.storage().volume("private").dirty());
    }

    private static void count(String event, CountDownLatch down) {
        if (event.equals("domain-shutdown")) {
            down.countDown();
        }
    }

    @Test
    @DisplayName("late word of an earlier stop does not touch the guest's next life")
    void lateWordOfAStop() throws Exception {
        QubesVM first = alone("first");
        QubesVM second = alone("second");
        first.start();
        second.start();
        work.start();
        work.kill();
        Extension lateWord =
                on ->
                        on.before(
                                Lifecycle.PreSpawn.class,
                                event -> {
                                    system.hypervisor().reconnect();
                                    awaitEndOf(first);
                                });
        system.felix().context().registerService(Extension.class, lateWord, null);
        work.start();
        awaitEndOf(second);
        assertTrue(work.storage().volume("private").dirty());
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    /** Powers a guest off and waits until all that follows from it is done. */
    private void awaitEndOf(QubesVM vm) {
        CountDownLatch down = new CountDownLatch(1);
        try (AutoCloseable watch =
                qubes.listen(
                        event -> {
                            if (event instanceof Lifecycle.Shutdown && event.subject() == vm) {
                                down.countDown();
                            }
                        })) {
            system.hypervisor().powerOff(vm.uuid());
            assertTrue(down.await(30, TimeUnit.SECONDS));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName(
            "a start that the hypervisor refuses leaves the domain halted and its volumes stopped")
    void failedStartIsUndone() throws Exception {
        system.hypervisor().failCreate(Optional.of("no memory left"));
        try (Heard heard = new Heard(qubes)) {
            assertThrows(QubesException.class, work::start);
            assertEquals(
                    List.of(
                            "domain-pre-start",
                            "domain-verify-files",
                            "domain-pre-spawn",
                            "domain-start-failed"),
                    heard.of(work));
        }
        assertEquals(PowerState.HALTED, work.powerState());
        assertFalse(work.storage().volume("private").dirty());
        system.hypervisor().failCreate(Optional.empty());
        work.start();
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    @Test
    @DisplayName("an extension that refuses once the guest exists gets it killed")
    void refusedSpawnIsUndone() throws Exception {
        try (AutoCloseable extension =
                refusing(EventPattern.of(Lifecycle.Spawn.class), "not today")) {
            QubesException refusal = assertThrows(QubesException.class, work::start);
            assertEquals("not today", refusal.getMessage());
        }
        assertEquals(PowerState.HALTED, work.powerState());
        assertEquals(GuestState.HALTED, system.hypervisor().state(work.uuid()));
        assertFalse(work.storage().volume("private").dirty());
    }

    @Test
    @DisplayName("a veto of an extension before the start goes with the extension")
    void vetoGoesWithTheExtension() throws Exception {
        AutoCloseable extension = refusing(EventPattern.of(Lifecycle.PreStart.class), "not today");
        assertThrows(QubesException.class, work::start);
        extension.close();
        work.start();
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    @Test
    @DisplayName("the feature prohibit-start is told as the reason, without a pre-start")
    void prohibitedStart() throws Exception {
        work.features().set("prohibit-start", "under repair");
        try (Heard heard = new Heard(qubes)) {
            QubesException refusal = assertThrows(QubesException.class, work::start);
            assertEquals("Qube start is prohibited. Rationale: under repair", refusal.getMessage());
            assertEquals(List.of("domain-start-failed"), heard.of(work));
        }
    }

    @Test
    @DisplayName("a missing volume stops the start before anything is taken")
    void missingVolume() throws Exception {
        work.storage().volume("private").remove();
        assertThrows(QubesException.class, work::start);
        assertEquals(PowerState.HALTED, work.powerState());
    }

    @Test
    @DisplayName("who gives the network is started first")
    void netvmIsStartedFirst() throws Exception {
        QubesVM net = alone("net");
        net.set(Network.PROVIDES_NETWORK, true);
        work.set(Network.NETVM, Optional.of(net.name()));
        work.start();
        assertEquals(PowerState.RUNNING, net.powerState());
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    @Test
    @DisplayName("pause and unpause tell the state and refuse what does not fit")
    void pausing() {
        assertThrows(QubesVMNotRunningError.class, work::pause);
        work.start();
        assertThrows(QubesVMNotPausedError.class, work::unpause);
        work.pause();
        assertEquals(PowerState.PAUSED, work.powerState());
        work.pause(); // a paused guest counts as running
        assertEquals(PowerState.PAUSED, work.powerState());
        assertThrows(QubesVMNotRunningError.class, () -> work.shutdown(false, false));
        work.unpause();
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    @Test
    @DisplayName("a guest that promises a qrexec agent is transient until the agent is connected")
    void transientWithoutAgent() {
        work.features().set("qrexec", true);
        work.start();
        assertEquals(PowerState.TRANSIENT, work.powerState());
        work.features().set("qrexec", false);
        assertEquals(PowerState.RUNNING, work.powerState());
    }

    @Test
    @DisplayName("what is halted can be neither shut down nor killed")
    void haltedIsNotStopped() {
        assertThrows(QubesVMNotStartedError.class, () -> work.shutdown(false, false));
        assertThrows(QubesVMNotStartedError.class, work::kill);
    }

    @Test
    @DisplayName("a guest that ignores the shutdown is told of, and can be killed")
    void ignoredShutdown() throws Exception {
        work.set(QubesVM.SHUTDOWN_TIMEOUT, 1);
        work.start();
        system.hypervisor().ignoreShutdown(true);
        try (Heard heard = new Heard(qubes)) {
            assertThrows(QubesVMShutdownTimeoutError.class, () -> work.shutdown(false, true));
            assertEquals(List.of("domain-pre-shutdown", "domain-shutdown-failed"), heard.of(work));
        }
        work.kill();
        assertEquals(PowerState.HALTED, work.powerState());
        assertFalse(work.storage().volume("private").dirty());
    }

    @Test
    @DisplayName(
            "a domain that runs, or is used, is not removed; one that is not leaves nothing on disk")
    void removing() {
        Path folder = work.storage().directory();
        work.start();
        assertThrows(QubesVMNotHaltedError.class, () -> qubes.remove(work));
        work.kill();
        BaseVM base = Domains.create(qubes, "TemplateVM", "base");
        BaseVM app = Domains.create(qubes, "AppVM", "app", "template=base");
        assertThrows(QubesVMInUseError.class, () -> qubes.remove(base));
        qubes.remove(app);
        qubes.remove(base);
        qubes.remove(work);
        assertFalse(Files.exists(folder));
        assertEquals(1, qubes.domains().size());
    }

    @Test
    @DisplayName("an AppVM's root is a copy of its template's, made at start and dropped at stop")
    void rootIsASnapshot() {
        QubesVM base = (QubesVM) Domains.create(qubes, "TemplateVM", "base");
        QubesVM app = (QubesVM) Domains.create(qubes, "AppVM", "app", "template=base");
        assertEquals(
                base.record().volumes().get("root").text("vid"),
                app.record().volumes().get("root").text("source"));
        app.start();
        Path disk = app.storage().volume("root").block().orElseThrow().path();
        assertTrue(Files.exists(disk));
        app.shutdown(false, true);
        assertFalse(Files.exists(disk));
    }

    @Test
    @DisplayName("a guest keeps running while its hypervisor's bundle is away, and is known to run")
    void hypervisorGoesAndComes() {
        work.start();
        system.hypervisorPresent(false);
        assertEquals(PowerState.RUNNING, work.powerState());
        assertThrows(QubesException.class, work::pause);
        assertThrows(QubesVMNotHaltedError.class, () -> qubes.remove(work));
        system.hypervisorPresent(true);
        work.shutdown(false, true);
        assertEquals(PowerState.HALTED, work.powerState());
    }

    @Test
    @DisplayName("every property can be read while the hypervisor's bundle is away")
    void propertiesWithoutHypervisor() {
        work.start();
        system.hypervisorPresent(false);
        work.properties().forEach(work::find);
        qubes.properties().forEach(qubes::find);
        assertEquals(0, work.get(QubesVM.MAXMEM));
        assertEquals(-1, work.get(QubesVM.XID));
        assertEquals(Optional.empty(), qubes.find(Globals.NO_CPUS));
        system.hypervisorPresent(true);
        assertTrue(work.get(QubesVM.XID) > 0);
        assertTrue(qubes.get(Globals.NO_CPUS) > 0);
    }

    @Test
    @DisplayName("twenty domains start and stop at once")
    void manyAtOnce() throws Exception {
        List<QubesVM> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(alone("many-" + i));
        }
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try {
            each(pool, all, QubesVM::start);
            all.forEach(vm -> assertEquals(PowerState.RUNNING, vm.powerState()));
            each(pool, all, vm -> vm.shutdown(false, true));
            all.forEach(vm -> assertEquals(PowerState.HALTED, vm.powerState()));
        } finally {
            pool.shutdownNow();
        }
    }

    private static void each(ExecutorService pool, List<QubesVM> all, Consumer<QubesVM> action)
            throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (QubesVM vm : all) {
            running.add(pool.submit(() -> action.accept(vm)));
        }
        for (Future<?> one : running) {
            one.get(60, TimeUnit.SECONDS);
        }
    }

    private QubesVM alone(String name) {
        return (QubesVM) Domains.create(qubes, "StandaloneVM", name);
    }

    private AutoCloseable refusing(
            EventPattern<? extends qubes.core.event.Event> pattern, String reason) {
        Extension extension =
                on ->
                        on.after(
                                pattern,
                                event -> {
                                    throw new QubesException(reason);
                                });
        ServiceRegistration<Extension> registration =
                system.felix().context().registerService(Extension.class, extension, null);
        return registration::unregister;
    }
}
