package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import qubes.core.hypervisor.GuestState;
import qubes.testkit.Await;
import qubes.testkit.hypervisor.GuestRecorder;
import qubes.testkit.hypervisor.GuestRecorder.What;

/**
 * Containers that are asked to shut down, with inits of several kinds, under a libvirtd of the
 * test's own. Needs the rights of root.
 */
class ContainerShutdownIT {
    private static final EventLoop LOOP = new EventLoop();
    private static final String TEMPLATE =
            """
            {%% extends 'built-in.xml' %%}
            {%% block os %%}
            <type>exe</type>
            <init>/bin/sh</init>
            <initarg>-c</initarg>
            <initarg>%s</initarg>
            {%% endblock %%}
            """;
    private static final String HEARS_A_SIGNAL =
            "trap 'exit 0' TERM; : >/ready; while :; do sleep 1000 & wait $!; done";
    private static final String HEARS_A_PIPE =
            "trap '' TERM; mkdir -p /run; mkfifo /run/initctl; : >/ready; head -c 1 /run/initctl";

    @TempDir static Path folder;
    private static TinyGuest tiny;
    private static OwnLibvirtd libvirtd;

    private final UUID uuid = UUID.randomUUID();
    private final GuestRecorder heard = new GuestRecorder();

    @BeforeAll
    static void startLibvirtd() throws Exception {
        tiny = TinyGuest.made();
        try (var builtIn =
                LibvirtHypervisor.class.getResourceAsStream("/templates/libvirt/lxc.xml")) {
            Files.write(folder.resolve("built-in.xml"), builtIn.readAllBytes());
        }
        libvirtd = new OwnLibvirtd(folder);
        libvirtd.start();
    }

    @AfterAll
    static void stopLibvirtd() throws Exception {
        libvirtd.close();
        LOOP.stop();
    }

    @ParameterizedTest(name = "an init that hears {0}")
    @CsvSource({"a signal", "a pipe"})
    void shutsDown(String what) throws Exception {
        whileRunning(
                what.equals("a pipe") ? HEARS_A_PIPE : HEARS_A_SIGNAL,
                hypervisor -> hypervisor.shutdown(uuid));
    }

    @Test
    @DisplayName("an init that libvirt does not know")
    void shutsDownUnknown() throws Exception {
        whileRunning(
                HEARS_A_SIGNAL,
                hypervisor -> {
                    libvirtd.kill();
                    Await.until("the loss is noticed", () -> !hypervisor.connected());
                    libvirtd.forgetInit("web");
                    libvirtd.start();
                    Await.until("the connection is made again", hypervisor::connected);
                    Domain domain = hypervisor.unwrap(uuid, Domain.class).orElseThrow();
                    assertThrows(LibvirtException.class, domain::shutdown);
                    domain.free();

                    hypervisor.shutdown(uuid);
                });
    }

    @Test
    @DisplayName("a process that is no container's controller keeps its children")
    void leavesOthersAlone() throws Exception {
        Process child = new ProcessBuilder("sleep", "1000").start();
        try {
            assertEquals(Optional.empty(), ContainerInit.of(ProcessHandle.current().pid()));
            assertEquals(Optional.empty(), ContainerInit.of(child.pid()));
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertEquals(Optional.empty(), ContainerInit.of(child.pid()), "one that has ended");
    }

    /** What is done to a container that runs, after which it is to stop. */
    private interface Deed {
        void on(LibvirtHypervisor hypervisor) throws Exception;
    }

    private void whileRunning(String init, Deed deed) throws Exception {
        Path templates = Files.createDirectories(folder.resolve("libvirt"));
        Files.writeString(
                templates.resolve("lxc.xml"), TEMPLATE.formatted(init.replace("&", "&amp;")));
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(
                        new Settings(libvirtd.uri("lxc"), "tcg", folder.toString()), LOOP);
        try (AutoCloseable listening = hypervisor.listen(heard)) {
            hypervisor.create(tiny.spec(folder, "web", uuid));
            Domain domain = hypervisor.unwrap(uuid, Domain.class).orElseThrow();
            ContainerInit running = ContainerInit.of(domain.getID()).orElseThrow();
            domain.free();
            hypervisor.resume(uuid);
            Path ready = Path.of("/proc/" + running.process().pid() + "/root/ready");
            Await.until("its init is ready", () -> Files.exists(ready));

            deed.on(hypervisor);
            heard.await(What.STOPPED, uuid);
            assertEquals(GuestState.HALTED, hypervisor.refresh(uuid));
        } finally {
            hypervisor.destroy(uuid);
            hypervisor.undefine(uuid);
            hypervisor.close();
        }
    }
}
