package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.libvirt.Domain;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.storage.BlockSource;

/** Real guests beyond the contract: consoles, disks, a daemon that ends. */
class EmbeddedQemuIT {
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

    private static LibvirtHypervisor hypervisor() {
        return new LibvirtHypervisor(
                new Settings("qemu:///embed?root=" + folder, "auto", ""), LOOP);
    }

    private static void end(LibvirtHypervisor hypervisor, UUID uuid) {
        hypervisor.destroy(uuid);
        hypervisor.undefine(uuid);
    }

    @Test
    @DisplayName(
            "a guest boots to a shell on its console, knows its name and sees its disks in order")
    void bootsToAShell() throws Exception {
        UUID uuid = UUID.randomUUID();
        Path data = folder.resolve("data.img");
        Files.write(data, "a disk of data".getBytes(StandardCharsets.UTF_8));
        TinyGuest.run("truncate", "-s", "1M", data.toString());
        GuestSpec plain = tiny.spec(folder, "work", uuid);
        GuestSpec spec =
                new GuestSpec(
                        uuid,
                        "work",
                        plain.memoryMiB(),
                        0,
                        1,
                        "pvh",
                        plain.kernel(),
                        plain.initramfs(),
                        plain.kernelCommandLine(),
                        List.of(
                                plain.disks().get(0),
                                new GuestDisk(
                                        "private",
                                        new BlockSource(data, "raw", false, false),
                                        "xvdb")),
                        plain.domain());
        LibvirtHypervisor hypervisor = hypervisor();
        try {
            hypervisor.create(spec);
            try (SerialConsole console =
                    new SerialConsole(hypervisor.console(uuid).orElseThrow())) {
                hypervisor.resume(uuid);
                console.await("work is up");
                console.type(
                        "head -c 14 /dev/vdb; echo; cat /sys/block/vdb/ro | sed s/^/ro=/; echo on-$(hostname)\n");
                console.await("a disk of data");
                console.await("ro=1");
                console.await("on-work");
            }
            assertEquals(spec.memoryMiB() * 1024L, hypervisor.stats(uuid).memoryKiB());
            Domain domain = hypervisor.unwrap(uuid, Domain.class).orElseThrow();
            assertEquals("work", domain.getName());
            domain.free();
        } finally {
            end(hypervisor, uuid);
            hypervisor.close();
        }
    }

    @Test
    @DisplayName("a running guest sees its disks grow, raw ones and QEMU's own, when it is told")
    void disksGrow() throws Exception {
        UUID uuid = UUID.randomUUID();
        Path raw = folder.resolve("grows.img");
        Path overlay = folder.resolve("grows.qcow2");
        TinyGuest.run("truncate", "-s", "1M", raw.toString());
        TinyGuest.run("qemu-img", "create", "-q", "-f", "qcow2", overlay.toString(), "1M");
        GuestSpec plain = tiny.spec(folder, "grower", uuid);
        GuestSpec spec =
                new GuestSpec(
                        uuid,
                        "grower",
                        plain.memoryMiB(),
                        0,
                        1,
                        "pvh",
                        plain.kernel(),
                        plain.initramfs(),
                        plain.kernelCommandLine(),
                        List.of(
                                plain.disks().get(0),
                                new GuestDisk(
                                        "private",
                                        new BlockSource(raw, "raw", false, true),
                                        "xvdb"),
                                new GuestDisk(
                                        "volatile",
                                        new BlockSource(overlay, "qcow2", false, true),
                                        "xvdc")),
                        plain.domain());
        LibvirtHypervisor hypervisor = hypervisor();
        try {
            hypervisor.create(spec);
            try (SerialConsole console =
                    new SerialConsole(hypervisor.console(uuid).orElseThrow())) {
                hypervisor.resume(uuid);
                console.await("grower is up");
                TinyGuest.run("truncate", "-s", "3M", raw.toString()); // as the driver does
                assertTrue(hypervisor.resizeDisk(uuid, raw, 3 << 20));
                assertTrue(hypervisor.resizeDisk(uuid, overlay, 5 << 20));
                console.type("for d in vdb vdc; do cat /sys/block/$d/size | sed s/^/$d=/; done\n");
                console.await("vdb=6144");
                console.await("vdc=10240");
            }
            Path other = folder.resolve("no-disk-of-it.img");
            assertThrows(QubesException.class, () -> hypervisor.resizeDisk(uuid, other, 3 << 20));
        } finally {
            end(hypervisor, uuid);
            hypervisor.close();
        }
    }

    @Test
    @DisplayName(
            "a guest runs on when the daemon is killed, and the next one finds it and can end it")
    void guestsOutliveTheDaemon() throws Exception {
        UUID uuid = UUID.randomUUID();
        Process daemon =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                DaemonOfOneGuest.class.getName(),
                                folder.toString(),
                                uuid.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8));
        int id = Integer.parseInt(said.readLine());
        daemon.destroy(); // SIGTERM
        assertTrue(daemon.waitFor(20, TimeUnit.SECONDS));
        LibvirtHypervisor next = hypervisor();
        try {
            Guest found = next.guest(uuid).orElseThrow();
            assertEquals(GuestState.RUNNING, found.state());
            assertEquals(id, found.id());
            assertEquals("survivor", found.name());
        } finally {
            end(next, uuid);
            assertEquals(GuestState.HALTED, next.state(uuid));
            next.close();
        }
    }

    @Test
    @DisplayName(
            "a disk that is not there fails the start with a message that shows no path of the host")
    void missingDiskFailsTheStart() throws Exception {
        UUID uuid = UUID.randomUUID();
        GuestSpec plain = tiny.spec(folder, "broken", uuid);
        Path missing = folder.resolve("secret-folder").resolve("missing.img");
        GuestSpec spec =
                new GuestSpec(
                        uuid,
                        "broken",
                        128,
                        0,
                        1,
                        "pvh",
                        plain.kernel(),
                        plain.initramfs(),
                        "",
                        List.of(
                                new GuestDisk(
                                        "root",
                                        new BlockSource(missing, "raw", false, true),
                                        "xvda")),
                        plain.domain());
        LibvirtHypervisor hypervisor = hypervisor();
        try {
            QubesException refused =
                    assertThrows(QubesException.class, () -> hypervisor.create(spec));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.startsWith("Start failed: "), message);
            assertTrue(message.contains("missing.img"), message);
            assertFalse(message.contains("secret-folder"), message);
            assertFalse(message.contains("/"), message);
            assertEquals(GuestState.HALTED, hypervisor.state(uuid));
        } finally {
            end(hypervisor, uuid);
            hypervisor.close();
        }
    }
}
