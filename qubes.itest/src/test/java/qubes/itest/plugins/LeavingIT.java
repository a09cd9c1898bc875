package qubes.itest.plugins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.itest.plugins.Held.elsewhere;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.device.DeviceAttachment;
import qubes.core.device.DeviceInfo;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DeviceClass;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;
import qubes.testkit.QubesFixture;
import qubes.testkit.exam.AdminClient;
import qubes.testkit.storage.DiskContent;

/**
 * Architecture §3, "Leaving, in order": the model says unavailable; no new operation starts; those
 * that run may end; then the service is gone.
 */
class LeavingIT {
    private final Held held = new Held();
    private QubesFixture system;
    private Qubes qubes;
    private AdminClient socket;
    private QubesVM work;

    @BeforeEach
    void start() throws Exception {
        system =
                QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm", "qubes.vm.standalonevm");
        qubes = system.qubes();
        create(qubes, "TemplateVM", "tiny", "kernel=");
        work = (QubesVM) create(qubes, "StandaloneVM", "work", "kernel=");
        Path sockets = Files.createDirectory(system.home().resolve("run"));
        system.felix().configure("qubes.admin", Map.of("socket.dir", sockets.toString()));
        system.felix().start("qubes.admin");
        Path path = sockets.resolve("qubesd.sock");
        Await.until("the Admin API is served", () -> Files.exists(path));
        socket = new AdminClient(path);
    }

    @AfterEach
    void stop() {
        held.release();
        system.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"stop", "update", "uninstall"})
    @DisplayName("a start may end while its klass's bundle leaves, and the guest runs on")
    void startEndsWhileItsKlassLeaves(String hand) throws Exception {
        Bundle bundle = system.felix().bundle("qubes.vm.standalonevm");
        hold(work, Lifecycle.PreSpawn.class);
        FutureTask<Void> starting = elsewhere("start", () -> run(work::start));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere(hand, () -> by(hand, bundle));
        Await.until("it is unavailable", () -> !named(qubes, "work").available());
        assertThrows(QubesException.class, () -> work.features().set("k", "v"));
        assertTrue(socket.call("admin.vm.List", "work").startsWith("0|work class=StandaloneVM "));
        assertFalse(qubes.klasses().contains("StandaloneVM"));
        assertFalse(leaving.isDone());
        held.release();
        finish(starting);
        finish(leaving);
        assertEquals(hand.equals("update"), qubes.klasses().contains("StandaloneVM"));
        assertEquals(PowerState.RUNNING, named(qubes, "work").powerState());
        assertEquals(hand.equals("update"), named(qubes, "work").available());
    }

    @Test
    @DisplayName("a bundle that is updated while the model is locked waits; reads do not")
    void updateWaitsForTheModel() throws Exception {
        Bundle bundle = system.felix().bundle("qubes.vm.standalonevm");
        qubes.handle(
                qubes.admin(),
                EventPattern.of(Event.class, "domain-feature-set:locked"),
                event -> held.stayStubbornly());
        FutureTask<Void> writing =
                elsewhere("write", () -> run(() -> qubes.admin().features().set("locked", "1")));
        held.awaitSomebody();
        FutureTask<Void> updating = elsewhere("update", () -> by("update", bundle));
        Await.until("it is unavailable", () -> !work.available());
        assertTrue(socket.call("admin.vm.List", "dom0").contains("work class=StandaloneVM "));
        assertFalse(updating.isDone());
        held.release();
        finish(writing);
        finish(updating);
        assertTrue(named(qubes, "work").available());
    }

    @Test
    @DisplayName("a start in whose course its storage driver leaves has its disks to the end")
    void startEndsWhileItsDriverLeaves() throws Exception {
        Bundle files = system.felix().bundle("qubes.storage.file");
        work.start();
        disk(work).write(0, "my data");
        work.kill();
        hold(work, Lifecycle.PreSpawn.class);
        FutureTask<Void> starting = elsewhere("start", () -> run(work::start));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere("stop", () -> by("stop", files));
        Await.until("the driver is gone", this::driverIsGone);
        QubesVM tiny = (QubesVM) named(qubes, "tiny");
        String refusal = assertThrows(QubesException.class, tiny::start).getMessage();
        assertTrue(refusal.contains("varlibqubes is unavailable"), refusal);
        assertFalse(leaving.isDone());
        held.release();
        finish(starting);
        finish(leaving);
        files.start();
        assertEquals("my data", disk(work).read(0, 7));
        work.kill();
        work.start();
        assertEquals("my data", disk(work).read(0, 7));
    }

    @Test
    @DisplayName("a clone in whose course its storage driver leaves is whole")
    void cloneEndsWhileItsDriverLeaves() throws Exception {
        Bundle files = system.felix().bundle("qubes.storage.file");
        work.start();
        disk(work).write(0, "my data");
        work.kill();
        QubesVM copy = (QubesVM) create(qubes, "StandaloneVM", "copy", "kernel=");
        hold(copy, Lifecycle.ImportVolume.class);
        FutureTask<Void> cloning =
                elsewhere(
                        "clone",
                        () ->
                                run(
                                        () ->
                                                copy.storage()
                                                        .data()
                                                        .copyFrom("private", work, "private")));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere("stop", () -> by("stop", files));
        Await.until("the driver is gone", this::driverIsGone);
        assertFalse(leaving.isDone());
        held.release();
        finish(cloning);
        finish(leaving);
        files.start();
        copy.start();
        assertEquals("my data", disk(copy).read(0, 7));
        copy.kill();
    }

    @Test
    @DisplayName("a class of devices that leaves still ends the call it is at, and begins none")
    void deviceClassEndsItsCall() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ServiceRegistration<DeviceClass> registration =
                system.felix()
                        .context()
                        .registerService(DeviceClass.class, new SlowDevices(calls), null);
        DeviceClass slow = qubes.deviceClasses().find("slow").orElseThrow();
        FutureTask<Void> asking = elsewhere("ask", () -> run(() -> slow.exposed(work)));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere("leave", () -> run(registration::unregister));
        Await.until("the class is gone", () -> qubes.deviceClasses().find("slow").isEmpty());
        String refusal = assertThrows(QubesException.class, () -> slow.exposed(work)).getMessage();
        assertTrue(refusal.startsWith("Device class slow is unavailable"), refusal);
        assertFalse(leaving.isDone());
        held.release();
        finish(asking);
        finish(leaving);
        assertEquals(1, calls.get());
    }

    @Test
    @DisplayName("an extension that leaves ends the handler it is at, and hears no more")
    void extensionEndsItsHandler() throws Exception {
        AtomicInteger heard = new AtomicInteger();
        ServiceRegistration<Extension> registration =
                system.felix()
                        .context()
                        .registerService(
                                Extension.class,
                                subscriptions ->
                                        subscriptions.before(
                                                EventPattern.of(Lifecycle.PreStart.class),
                                                event -> {
                                                    heard.incrementAndGet();
                                                    held.stay();
                                                }),
                                null);
        FutureTask<Void> starting = elsewhere("start", () -> run(work::start));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere("leave", () -> run(registration::unregister));
        Await.until("it waits for its handler", () -> waits("leave"));
        QubesVM tiny = (QubesVM) named(qubes, "tiny");
        tiny.start();
        assertFalse(leaving.isDone());
        held.release();
        finish(starting);
        finish(leaving);
        assertEquals(1, heard.get());
    }

    @Test
    @DisplayName("a long call of a method that leaves is answered if it ends in time")
    void longCallIsAnswered() throws Exception {
        ServiceRegistration<AdminMethod> registration = slowMethod("slow.Call", held::stay);
        FutureTask<String> call = elsewhere("call", () -> socket.call("slow.Call", "dom0"));
        held.awaitSomebody();
        FutureTask<Void> leaving = elsewhere("leave", () -> run(registration::unregister));
        Await.until("it is about to leave", () -> waits("leave"));
        assertTrue(socket.call("slow.Call", "dom0").contains("no such method"));
        assertFalse(leaving.isDone());
        held.release();
        assertEquals("0|done", call.get(20, TimeUnit.SECONDS));
        finish(leaving);
    }

    @Test
    @DisplayName("one that does not end is interrupted; its caller gets an error in any case")
    void longCallIsGivenUp() throws Exception {
        Held stubborn = new Held();
        ServiceRegistration<AdminMethod> first = slowMethod("slow.Call", held::stay);
        ServiceRegistration<AdminMethod> second = slowMethod("deaf.Call", stubborn::stayStubbornly);
        FutureTask<String> slow = elsewhere("slow", () -> socket.call("slow.Call", "dom0"));
        FutureTask<String> deaf = elsewhere("deaf", () -> socket.call("deaf.Call", "dom0"));
        held.awaitSomebody();
        stubborn.awaitSomebody();
        List<FutureTask<Void>> leaving =
                List.of(
                        elsewhere("leave slow", () -> run(first::unregister)),
                        elsewhere("leave deaf", () -> run(second::unregister)));
        for (FutureTask<String> call : List.of(slow, deaf)) {
            String answer = call.get(20, TimeUnit.SECONDS);
            assertTrue(answer.startsWith("2|QubesException||"), answer);
            assertTrue(answer.contains("is not there any more: the bundle"), answer);
        }
        for (FutureTask<Void> one : leaving) {
            finish(one);
        }
        stubborn.release();
        assertTrue(socket.call("admin.vm.List", "work").startsWith("0|work "));
    }

    @Test
    @DisplayName("a stream ends with an error when the method leaves that feeds it")
    void streamEnds() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        ServiceRegistration<AdminMethod> registration =
                method(
                        "feed.Call",
                        () -> {
                            opened.countDown();
                            return AdminReply.stream(sink -> closed::countDown);
                        });
        FutureTask<String> hearing = elsewhere("hear", () -> socket.call("feed.Call", "dom0"));
        assertTrue(opened.await(20, TimeUnit.SECONDS));
        registration.unregister();
        String heard = hearing.get(20, TimeUnit.SECONDS);
        assertTrue(heard.contains("feed.Call is not there any more"), heard);
        assertTrue(closed.await(20, TimeUnit.SECONDS));
    }

    /** Devices that are slow to list. */
    private final class SlowDevices implements DeviceClass {
        private final AtomicInteger calls;

        SlowDevices(AtomicInteger calls) {
            this.calls = calls;
        }

        @Override
        public String deviceClass() {
            return "slow";
        }

        @Override
        public List<DeviceInfo> exposed(BaseVM backend) {
            calls.incrementAndGet();
            held.stay();
            return List.of();
        }

        @Override
        public List<DeviceAttachment> attached(BaseVM frontend) {
            return List.of();
        }

        @Override
        public void attach(BaseVM frontend, DeviceInfo device, Map<String, String> options) {}

        @Override
        public void detach(BaseVM frontend, DeviceAttachment attachment) {}
    }

    private ServiceRegistration<AdminMethod> slowMethod(String name, Runnable work) {
        return method(
                name,
                () -> {
                    work.run();
                    return AdminReply.text("done");
                });
    }

    private ServiceRegistration<AdminMethod> method(String name, Supplier<AdminReply> answer) {
        AdminMethod method =
                new AdminMethod() {
                    @Override
                    public MethodTraits traits() {
                        return MethodTraits.execute(MethodTraits.Scope.GLOBAL)
                                .pace(MethodTraits.Pace.LONG);
                    }

                    @Override
                    public AdminReply call(AdminCall call) {
                        return answer.get();
                    }
                };
        return system.felix()
                .context()
                .registerService(AdminMethod.class, method, new Hashtable<>(Map.of("name", name)));
    }

    private <E extends Event> void hold(BaseVM vm, Class<E> event) {
        qubes.handle(vm, EventPattern.of(event), heard -> held.stay());
    }

    private static boolean waits(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(
                        other ->
                                other.getName().equals(thread)
                                        && other.getState() == Thread.State.TIMED_WAITING);
    }

    private static Void by(String hand, Bundle bundle) throws Exception {
        switch (hand) {
            case "stop" -> bundle.stop();
            case "update" -> bundle.update();
            case "uninstall" -> bundle.uninstall();
            default -> throw new IllegalArgumentException(hand);
        }
        return null;
    }

    private boolean driverIsGone() {
        String driver = qubes.pools().find("varlibqubes").orElseThrow().driver();
        return qubes.pools().drivers().stream()
                .noneMatch(other -> other.driverName().equals(driver));
    }

    private static DiskContent disk(QubesVM vm) {
        return DiskContent.of(vm.storage().volume("private"));
    }

    private static Void run(Runnable action) {
        action.run();
        return null;
    }

    private static void finish(FutureTask<?> task) throws Exception {
        task.get(20, TimeUnit.SECONDS);
    }
}
