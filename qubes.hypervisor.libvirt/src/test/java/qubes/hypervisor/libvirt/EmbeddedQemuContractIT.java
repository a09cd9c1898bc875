package qubes.hypervisor.libvirt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.hypervisor.HypervisorContract;
import qubes.testkit.hypervisor.HypervisorFixture;
import qubes.testkit.hypervisor.HypervisorTrait;

/** The contract on libvirt's QEMU driver in this process, with guests that really boot. */
class EmbeddedQemuContractIT implements HypervisorContract {
    private static final EventLoop LOOP = new EventLoop();

    @TempDir static Path folder;

    @BeforeAll
    static void prepareHost() throws Exception {
        TinyGuest.prepareHost();
        TinyGuest.made();
    }

    @AfterAll
    static void stopLoop() {
        LOOP.stop();
    }

    @Override
    public HypervisorFixture fixture() throws Exception {
        TinyGuest tiny = TinyGuest.made();
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(Settings.of("qemu:///embed?root=" + folder), LOOP);
        return new HypervisorFixture() {
            @Override
            public Hypervisor hypervisor() {
                return hypervisor;
            }

            @Override
            public GuestSpec spec(String name, UUID uuid) {
                try {
                    return tiny.spec(folder, name, uuid);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public Set<HypervisorTrait> traits() {
                return EnumSet.of(
                        HypervisorTrait.SHUTDOWN, HypervisorTrait.CONSOLE, HypervisorTrait.ATTACH);
            }

            @Override
            public void awaitBooted(UUID uuid) throws Exception {
                try (SerialConsole console =
                        new SerialConsole(hypervisor.console(uuid).orElseThrow())) {
                    console.await(" is up");
                    // only now does the guest begin to listen to its power button
                    console.type(
                            "until ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q /dev/input/event;"
                                    + " do usleep 100000; done; echo listening-$((1 + 1))\n");
                    console.await("listening-2");
                }
            }

            @Override
            public String deviceXml() throws Exception {
                Path disk = Files.createTempFile(folder, "extra", ".img");
                Files.write(disk, new byte[1 << 20]);
                return "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='"
                        + disk
                        + "'/><target dev='vdi' bus='virtio'/></disk>";
            }

            @Override
            public void close() {
                for (Guest guest : hypervisor.guests()) {
                    hypervisor.destroy(guest.uuid());
                    hypervisor.undefine(guest.uuid());
                }
                hypervisor.close();
            }
        };
    }
}
