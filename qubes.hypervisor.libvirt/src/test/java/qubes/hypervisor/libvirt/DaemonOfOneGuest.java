package qubes.hypervisor.libvirt;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** A process of its own that starts a guest, says its number, and waits to be killed. */
final class DaemonOfOneGuest {
    private DaemonOfOneGuest() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        UUID uuid = UUID.fromString(arguments[1]);
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(Settings.of("qemu:///embed?root=" + folder), new EventLoop());
        hypervisor.create(TinyGuest.made().spec(folder, "survivor", uuid));
        hypervisor.resume(uuid);
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)
                .println(hypervisor.guest(uuid).orElseThrow().id());
        new CountDownLatch(1).await();
    }
}
