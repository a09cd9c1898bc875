package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestState;
import qubes.testkit.hypervisor.GuestRecorder;
import qubes.testkit.hypervisor.GuestRecorder.What;

/** Connections that are lost, against a libvirtd of the test's own with real QEMU guests. */
class ReconnectIT {
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

    private static void await(BooleanSupplier what, String saying) throws InterruptedException {
        Object never = new Object();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        synchronized (never) {
            while (!what.getAsBoolean()) {
                assertTrue(System.nanoTime() < deadline, saying);
                never.wait(20);
            }
        }
    }

    @Test
    @DisplayName(
            "libvirtd is killed and started: reads answer, guests are found, stops meanwhile are told, calls work")
    void survivesAKilledDaemon() throws Exception {
        UUID stays = UUID.randomUUID();
        UUID ends = UUID.randomUUID();
        GuestRecorder heard = new GuestRecorder();
        LibvirtHypervisor hypervisor;
        try (OwnLibvirtd libvirtd = new OwnLibvirtd(folder)) {
            libvirtd.start();
            hypervisor = new LibvirtHypervisor(Settings.of(libvirtd.uri("qemu")), LOOP);
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(tiny.spec(folder, "stays", stays));
                hypervisor.resume(stays);
                hypervisor.create(tiny.spec(folder, "ends", ends));
                hypervisor.resume(ends);
                int id = hypervisor.guest(stays).orElseThrow().id();

                libvirtd.kill();
                await(() -> !hypervisor.connected(), "the loss was not noticed");
                assertEquals(GuestState.RUNNING, hypervisor.state(stays));
                assertEquals(id, hypervisor.guest(stays).orElseThrow().id());
                QubesException refused =
                        assertThrows(QubesException.class, () -> hypervisor.pause(stays));
                assertTrue(
                        String.valueOf(refused.getMessage()).contains("is down"),
                        refused.getMessage());
                assertFalse(String.valueOf(refused.getMessage()).contains(folder.toString()));
                libvirtd.killGuest("ends");

                libvirtd.start();
                await(hypervisor::connected, "the connection was not made again");
                heard.await(What.STOPPED, ends);
                assertEquals(GuestState.HALTED, hypervisor.state(ends));
                assertEquals(GuestState.RUNNING, hypervisor.state(stays));
                assertEquals(0, heard.count(What.STOPPED, stays));

                hypervisor.pause(stays);
                heard.await(What.PAUSED, stays); // events come through the new connection
                hypervisor.destroy(stays);
                hypervisor.undefine(stays);
                hypervisor.undefine(ends);
            } finally {
                hypervisor.close();
            }
        }
    }

    @Test
    @DisplayName("a call that finds the daemon restarted is repeated and succeeds")
    void repeatsTheCall() throws Exception {
        UUID uuid = UUID.randomUUID();
        try (OwnLibvirtd libvirtd = new OwnLibvirtd(folder)) {
            libvirtd.start();
            LibvirtHypervisor hypervisor =
                    new LibvirtHypervisor(Settings.of(libvirtd.uri("qemu")), LOOP);
            try {
                hypervisor.create(tiny.spec(folder, "again", uuid));
                for (int i = 0; i < 5; i++) {
                    libvirtd.kill();
                    libvirtd.start();
                    // whether this call or the event loop notices the loss first, the call must not
                    // fail
                    assertEquals(GuestState.PAUSED, hypervisor.refresh(uuid));
                }
                hypervisor.destroy(uuid);
                hypervisor.undefine(uuid);
            } finally {
                hypervisor.close();
            }
        }
    }

    @Test
    @DisplayName(
            "without libvirtd the component is there, says so, and connects when libvirtd appears")
    void connectsLater() throws Exception {
        try (OwnLibvirtd libvirtd = new OwnLibvirtd(folder)) {
            LibvirtHypervisor hypervisor =
                    new LibvirtHypervisor(Settings.of(libvirtd.uri("qemu")), LOOP);
            try {
                assertFalse(hypervisor.connected());
                assertEquals("qemu", hypervisor.kind());
                assertTrue(hypervisor.host().memoryKiB() > 0);
                assertEquals(GuestState.HALTED, hypervisor.state(UUID.randomUUID()));
                assertThrows(QubesException.class, () -> hypervisor.refresh(UUID.randomUUID()));
                libvirtd.start();
                await(hypervisor::connected, "the connection was not made");
                assertEquals(GuestState.HALTED, hypervisor.refresh(UUID.randomUUID()));
            } finally {
                hypervisor.close();
            }
        }
    }
}
