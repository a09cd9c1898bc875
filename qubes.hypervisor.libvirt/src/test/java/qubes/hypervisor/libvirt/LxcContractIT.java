package qubes.hypervisor.libvirt;

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

/**
 * The contract on libvirt's LXC driver: containers on the root volume of the tiny guest, under a
 * libvirtd of the test's own. Needs the rights of root.
 */
class LxcContractIT implements HypervisorContract {
    private static final EventLoop LOOP = new EventLoop();

    @TempDir static Path folder;
    private static TinyGuest tiny;
    private static OwnLibvirtd libvirtd;

    @BeforeAll
    static void startLibvirtd() throws Exception {
        tiny = TinyGuest.made();
        ShellInit.HEARS_SIGNALS.install(folder);
        libvirtd = new OwnLibvirtd(folder);
        libvirtd.start();
    }

    @AfterAll
    static void stopLibvirtd() throws Exception {
        libvirtd.close();
        LOOP.stop();
    }

    @Override
    public HypervisorFixture fixture() {
        LibvirtHypervisor hypervisor =
                new LibvirtHypervisor(
                        new Settings(libvirtd.uri("lxc"), "tcg", folder.toString()), LOOP);
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
            public void awaitBooted(UUID uuid) throws Exception {
                ShellInit.awaitReady(hypervisor.guest(uuid).orElseThrow().id());
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
