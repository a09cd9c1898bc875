package qubes.hypervisor.libvirt;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.hypervisor.BareDomain;
import qubes.testkit.hypervisor.HypervisorContract;
import qubes.testkit.hypervisor.HypervisorFixture;
import qubes.testkit.hypervisor.HypervisorTrait;

/** The contract on libvirt's test driver, in this process. */
class TestDriverContractTest implements HypervisorContract {
    private static final EventLoop LOOP = new EventLoop();

    @AfterAll
    static void stopLoop() {
        LOOP.stop();
    }

    @Override
    public HypervisorFixture fixture() {
        LibvirtHypervisor hypervisor = new LibvirtHypervisor(Settings.of("test:///default"), LOOP);
        return new HypervisorFixture() {
            @Override
            public Hypervisor hypervisor() {
                return hypervisor;
            }

            @Override
            public GuestSpec spec(String name, UUID uuid) {
                return guest(name, uuid);
            }

            @Override
            public Set<HypervisorTrait> traits() {
                return EnumSet.of(HypervisorTrait.SHUTDOWN);
            }

            @Override
            public void close() {
                hypervisor.close();
            }
        };
    }

    static GuestSpec guest(String name, UUID uuid) {
        return new GuestSpec(
                uuid,
                name,
                400,
                0,
                2,
                "pvh",
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                new BareDomain(name));
    }
}
