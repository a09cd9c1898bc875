package qubes.device.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInfo;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.vm.DeviceCollection;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

/** A loop device of this host goes to a guest that really runs, and comes back. */
class RealDiskIT {
    private static final int SECTORS = 2050;

    @TempDir Path folder;

    @Test
    @DisplayName("a running guest sees a disk that is attached, and no more once it is detached")
    void goesAndComesBack() throws Exception {
        Path image = Files.write(folder.resolve("disk.img"), new byte[SECTORS * 512]);
        prepareHost();
        String node = run("losetup", "--find", "--show", image.toString());
        try (QubesFixture system = QubesFixture.with("qubes.vm.standalonevm")) {
            QubesVM work = guest(system);
            work.start();
            try {
                attachAndDetach(work, node.substring("/dev/".length()));
            } finally {
                work.kill();
            }
        } finally {
            run("losetup", "--detach", node);
        }
    }

    private static void attachAndDetach(QubesVM work, String id) throws Exception {
        Qubes qubes = work.qubes();
        DeviceCollection offered = qubes.admin().devices().of(HostDisk.CLASS);
        DeviceInfo disk = offered.exposedAt(id).orElseThrow();
        assertEquals(Optional.empty(), disk.attachment());
        DeviceCollection devices = work.devices().of(HostDisk.CLASS);
        try (Console console = new Console(qubes.hypervisor().console(work.uuid()).orElseThrow())) {
            console.await("work is up");
            DeviceAssignment wanted =
                    DeviceAssignment.of(disk.device(), AssignmentMode.MANUAL)
                            .with(Map.of("read-only", "yes"));
            devices.attach(wanted);
            assertEquals(
                    List.of(
                            "dom0+%s block manual {frontend-dev=xvdi, read-only=yes}"
                                    .formatted(id)),
                    devices.attached().stream().map(RealDiskIT::shown).toList());
            assertEquals(
                    Optional.of(work.name()), offered.exposedAt(id).orElseThrow().attachment());
            assertThrows(DeviceAlreadyAttached.class, () -> devices.attach(wanted));
            console.type("cat /sys/block/*/size | sed s/^/sectors=/; echo seen\n");
            console.await("sectors=" + SECTORS);
            devices.detach(disk.port());
            assertEquals(List.of(), devices.attached());
            assertEquals(Optional.empty(), offered.exposedAt(id).orElseThrow().attachment());
            console.type("echo gone=$(cat /sys/block/*/size | grep -c '^" + SECTORS + "$')=\n");
            console.await("gone=0=");
        }
    }

    private static String shown(DeviceAssignment attached) {
        return attached.device().port().key()
                + " "
                + attached.device().deviceClass()
                + " "
                + attached.mode()
                + " "
                + attached.options();
    }

    /** A qube of the distribution's tiny guest, and the hypervisor that runs it. */
    private QubesVM guest(QubesFixture system) throws Exception {
        Path tiny = Path.of("target", "tiny").toAbsolutePath();
        run(Path.of("..", "qubes.dist", "guest", "make-tiny").toString(), tiny.toString());
        Path kernels = system.home().resolve("vm-kernels");
        run("cp", "-r", tiny.resolve("kernels").toString(), kernels.toString());
        system.hypervisorPresent(false);
        system.felix()
                .configure(
                        "qubes.hypervisor.libvirt",
                        Map.of(
                                "uri",
                                "qemu:///embed?root=" + folder,
                                "accelerator",
                                "tcg",
                                "templates",
                                ""));
        system.felix().start("qubes.hypervisor.libvirt", "qubes.device.block");
        QubesVM work =
                (QubesVM)
                        Domains.create(
                                system.qubes(),
                                "StandaloneVM",
                                "work",
                                "memory=128",
                                "maxmem=0",
                                "vcpus=1",
                                "kernel=" + onlyName(kernels));
        run(
                "cp",
                "--sparse=always",
                tiny.resolve("root.img").toString(),
                system.home().resolve("appvms/work/root.img").toString());
        return work;
    }

    private static String onlyName(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.findFirst().orElseThrow().getFileName().toString();
        }
    }

    /** As root, libvirt's QEMU driver wants its user to be there, even if it does not use it. */
    private static void prepareHost() throws Exception {
        run(
                "sh",
                "-c",
                "getent passwd libvirt-qemu >/dev/null || { groupadd -f --system libvirt-qemu &&"
                        + " useradd --system -g libvirt-qemu -d /var/lib/libvirt -s"
                        + " /usr/sbin/nologin libvirt-qemu; }");
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + said);
        return said;
    }

    /** The guest's console; what it says is read until the awaited words come, or it ends. */
    private static final class Console implements AutoCloseable {
        private final InputStream in;
        private final OutputStream out;
        private final StringBuilder seen = new StringBuilder();

        Console(String terminal) throws Exception {
            run("stty", "-F", terminal, "raw", "-echo");
            in = Files.newInputStream(Path.of(terminal));
            out = Files.newOutputStream(Path.of(terminal));
        }

        void type(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }

        void await(String words) throws IOException {
            byte[] buffer = new byte[4096];
            while (seen.indexOf(words) < 0) {
                int count = in.read(buffer);
                assertTrue(count >= 0, () -> "never said '" + words + "': " + seen);
                seen.append(new String(buffer, 0, count, UTF_8));
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
            out.close();
        }
    }
}
