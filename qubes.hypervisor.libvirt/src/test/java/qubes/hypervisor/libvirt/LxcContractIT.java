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
import qubes.testkit.Await;
import qubes.testkit.hypervisor.HypervisorContract;
import qubes.testkit.hypervisor.HypervisorFixture;
import qubes.testkit.hypervisor.HypervisorTrait;

/**
 * The contract on libvirt's LXC driver: containers on the root volume of the tiny guest, under a
 * libvirtd of the test's own. Needs the rights of root.
 */
class LxcContractIT implements HypervisorContract {
    private static final EventLoop LOOP = new EventLoop();
    private static final long SIGTERM = 1 << (15 - 1);

    @TempDir static Path folder;
    private static TinyGuest tiny;
    private static OwnLibvirtd libvirtd;

    @BeforeAll
    static void startLibvirtd() throws Exception {
        tiny = TinyGuest.made();
        libvirtd = new OwnLibvirtd(folder);
        libvirtd.start();
    }

    @AfterAll
    static void stopLibvirtd() throws Exception {
        libvirtd.close();
        LOOP.stop();
    }

    /** Signals that are caught or held, as a mask: {@code SigCgt: 0000000000004000}. */
    private static boolean awaits(String line) {
        return line.matches("Sig(Cgt|Blk):.*")
                && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGTERM) != 0;
    }

    @Override
    public HypervisorFixture fixture() {
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(Settings.of(libvirtd.uri("lxc")), LOOP);
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

            /** Its init no longer passes over what asks it to end. */
            @Override
            public void awaitBooted(UUID uuid) throws Exception {
                int id = hypervisor.guest(uuid).orElseThrow().id();
                long init = ContainerInit.of(id).orElseThrow().process().pid();
                Path status = Path.of("/proc/" + init + "/status");
                Await.until(
                        "the init awaits SIGTERM",
                        () -> Files.readAllLines(status).stream().anyMatch(LxcContractIT::awaits));
            }

            @Override
            public Set<HypervisorTrait> traits() {
                return EnumSet.of(HypervisorTrait.SHUTDOWN, HypervisorTrait.CONSOLE);
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
