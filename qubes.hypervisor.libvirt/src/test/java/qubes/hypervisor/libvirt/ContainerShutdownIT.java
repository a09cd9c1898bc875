package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import qubes.core.hypervisor.GuestState;
import qubes.testkit.Await;
import qubes.testkit.hypervisor.GuestRecorder;
import qubes.testkit.hypervisor.GuestRecorder.What;

/**
 * Containers that are asked to shut down, with inits of several kinds, each under a libvirtd of its
 * own. Needs the rights of root.
 */
class ContainerShutdownIT {
    private static final EventLoop LOOP = new EventLoop();

    @TempDir static Path folder;
    private static TinyGuest tiny;

    private final UUID uuid = UUID.randomUUID();
    private final GuestRecorder heard = new GuestRecorder();

    @BeforeAll
    static void makeGuest() throws Exception {
        tiny = TinyGuest.made();
    }

    @AfterAll
    static void stopLoop() {
        LOOP.stop();
    }

    @Test
    @DisplayName("an init that hears signals")
    void hearsASignal() throws Exception {
        whileRunning(
                ShellInit.HEARS_SIGNALS, (hypervisor, libvirtd, init) -> hypervisor.shutdown(uuid));
    }

    @Test
    @DisplayName("an init that hears signals and that libvirt does not know")
    void hearsASignalUnknown() throws Exception {
        whileRunning(
                ShellInit.HEARS_SIGNALS,
                (hypervisor, libvirtd, init) -> {
                    restart(libvirtd, hypervisor, OptionalLong.empty());
                    Domain domain = hypervisor.unwrap(uuid, Domain.class).orElseThrow();
                    assertThrows(LibvirtException.class, domain::shutdown);
                    domain.free();

                    hypervisor.shutdown(uuid);
                });
    }

    @Test
    @DisplayName("an init that hears a pipe only")
    void hearsAPipe() throws Exception {
        whileRunning(
                ShellInit.HEARS_A_PIPE,
                (hypervisor, libvirtd, init) -> {
                    restart(libvirtd, hypervisor, OptionalLong.of(init));
                    hypervisor.shutdown(uuid);
                });
    }

    @Test
    @DisplayName("a process that is no container's controller keeps its children")
    void leavesOthersAlone() throws Exception {
        Process child = new ProcessBuilder("sleep", "1000").start();
        try {
            assertEquals(Optional.empty(), Container.of(ProcessHandle.current().pid()));
            assertEquals(Optional.empty(), Container.of(child.pid()));
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertEquals(Optional.empty(), Container.of(child.pid()), "one that has ended");
    }

    /** What is done to a container that runs, after which it is to stop. */
    private interface Deed {
        void on(LibvirtHypervisor hypervisor, OwnLibvirtd libvirtd, long init) throws Exception;
    }

    /** Makes sure what libvirt knows: it may have missed what it was told of the init. */
    private static void restart(
            OwnLibvirtd libvirtd, LibvirtHypervisor hypervisor, OptionalLong init)
            throws Exception {
        libvirtd.kill();
        Await.until("the loss is noticed", () -> !hypervisor.connected());
        libvirtd.keepInit("web", init);
        libvirtd.start();
        Await.until("the connection is made again", hypervisor::connected);
    }

    private void whileRunning(ShellInit init, Deed deed) throws Exception {
        init.install(folder);
        try (OwnLibvirtd libvirtd = new OwnLibvirtd(folder)) {
            libvirtd.start();
            LibvirtHypervisor hypervisor =
                    new LibvirtHypervisor(
                            new Settings(libvirtd.uri("lxc"), "tcg", folder.toString()), LOOP);
            try (AutoCloseable listening = hypervisor.listen(heard)) {
                hypervisor.create(tiny.spec(folder, "web", uuid));
                hypervisor.resume(uuid);
                int container = hypervisor.guest(uuid).orElseThrow().id();

                deed.on(hypervisor, libvirtd, ShellInit.awaitReady(container));
                heard.await(What.STOPPED, uuid);
                assertEquals(GuestState.HALTED, hypervisor.refresh(uuid));
            } finally {
                hypervisor.destroy(uuid);
                hypervisor.undefine(uuid);
                hypervisor.close();
            }
        }
    }
}
