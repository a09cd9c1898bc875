package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.storage.BlockSource;
import qubes.testkit.hypervisor.BareDomain;

/**
 * The distribution's tiny guest, which really boots; made from Debian's packages when first asked
 * for.
 */
record TinyGuest(Path kernelDirectory, Path rootImage) {
    private static final int PATIENCE_SECONDS = 120;

    /** The guest, made under this module's target folder; blocks for seconds the first time. */
    static TinyGuest made() throws Exception {
        Path target = Path.of("target", "tiny").toAbsolutePath();
        run(Path.of("..", "qubes.dist", "guest", "make-tiny").toString(), target.toString());
        try (Stream<Path> kernels = Files.list(target.resolve("kernels"))) {
            return new TinyGuest(kernels.findFirst().orElseThrow(), target.resolve("root.img"));
        }
    }

    /** As root, libvirt's QEMU driver wants its user to be there, even if it does not use it. */
    static void prepareHost() throws Exception {
        if ("root".equals(System.getProperty("user.name"))) {
            run(
                    "sh",
                    "-c",
                    "getent passwd libvirt-qemu >/dev/null || { groupadd -f --system libvirt-qemu &&"
                            + " useradd --system -g libvirt-qemu -d /var/lib/libvirt -s /usr/sbin/nologin libvirt-qemu; }");
        }
    }

    /** A guest with a root volume of its own, kept in {@code folder}. */
    GuestSpec spec(Path folder, String name, UUID uuid) throws Exception {
        // a short name: libvirt gives a container a file of at most 63 characters, path and all
        Path root = folder.resolve(uuid.toString().substring(0, 8) + ".img");
        if (!Files.exists(root)) {
            run("cp", "--sparse=always", rootImage.toString(), root.toString());
        }
        return new GuestSpec(
                uuid,
                name,
                128,
                0,
                1,
                "pvh",
                Optional.of(kernelDirectory.resolve("vmlinuz")),
                Optional.of(kernelDirectory.resolve("initramfs")),
                Files.readString(kernelDirectory.resolve("default-kernelopts-common.txt")).strip(),
                List.of(new GuestDisk("root", new BlockSource(root, "raw", false, true), "xvda")),
                new BareDomain(name));
    }

    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + said);
    }
}
