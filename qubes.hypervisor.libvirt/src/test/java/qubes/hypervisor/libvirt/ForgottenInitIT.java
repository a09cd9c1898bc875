package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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
 * Containers whose init libvirt does not know, as when it missed the one message that tells it. It
 * is made to forget by what it keeps of a running container. Needs the rights of root.
 */
class ForgottenInitIT {
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
    private static final String ENDS_WHEN_ASKED =
            "trap 'exit 0' TERM; while :; do sleep 1000 &amp; wait $!; done";

    @TempDir static Path folder;
    private static TinyGuest tiny;
    private static OwnLibvirtd libvirtd;

    @BeforeAll
    static void startLibvirtd() throws Exception {
        tiny = TinyGuest.made();
        Path templates = Files.createDirectories(folder.resolve("libvirt"));
        try (var builtIn =
                LibvirtHypervisor.class.getResourceAsStream("/templates/libvirt/lxc.xml")) {
            Files.write(folder.resolve("built-in.xml"), builtIn.readAllBytes());
        }
        Files.writeString(templates.resolve("lxc.xml"), TEMPLATE.formatted(ENDS_WHEN_ASKED));
        libvirtd = new OwnLibvirtd(folder);
        libvirtd.start();
    }

    @AfterAll
    static void stopLibvirtd() throws Exception {
        libvirtd.close();
        LOOP.stop();
    }

    @Test
    @DisplayName("a container whose init libvirt does not know shuts down")
    void shutsDown() throws Exception {
        UUID uuid = UUID.randomUUID();
        GuestRecorder heard = new GuestRecorder();
        LibvirtHypervisor hypervisor = hypervisor();
        try (AutoCloseable listening = hypervisor.listen(heard)) {
            hypervisor.create(tiny.spec(folder, "web", uuid));
            hypervisor.resume(uuid);

            libvirtd.kill();
            Await.until("the loss is noticed", () -> !hypervisor.connected());
            libvirtd.forgetInit("web");
            libvirtd.start();
            Await.until("the connection is made again", hypervisor::connected);

            Domain domain = hypervisor.unwrap(uuid, Domain.class).orElseThrow();
            assertThrows(LibvirtException.class, domain::shutdown);
            domain.free();

            hypervisor.shutdown(uuid);
            heard.await(What.STOPPED, uuid);
            assertEquals(GuestState.HALTED, hypervisor.refresh(uuid));
        } finally {
            hypervisor.destroy(uuid);
            hypervisor.undefine(uuid);
            hypervisor.close();
        }
    }

    @Test
    @DisplayName("a process that is no container's controller keeps its children")
    void leavesOthersAlone() throws Exception {
        Process child = new ProcessBuilder("sleep", "1000").start();
        try {
            assertFalse(ContainerInit.askToEnd(ProcessHandle.current().pid()));
            assertFalse(ContainerInit.askToEnd(child.pid()));
            assertTrue(child.isAlive());
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertFalse(ContainerInit.askToEnd(child.pid()), "one that has ended");
    }

    private static LibvirtHypervisor hypervisor() {
        return new LibvirtHypervisor(
                new Settings(libvirtd.uri("lxc"), "tcg", folder.toString()), LOOP);
    }
}
