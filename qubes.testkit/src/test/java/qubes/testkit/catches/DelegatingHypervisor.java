package qubes.testkit.catches;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;
import qubes.core.hypervisor.Hypervisor;
import qubes.testkit.hypervisor.BareDomain;
import qubes.testkit.hypervisor.HypervisorContract;
import qubes.testkit.hypervisor.HypervisorFixture;
import qubes.testkit.hypervisor.HypervisorTrait;
import qubes.testkit.hypervisor.MemoryHypervisor;

/** A hypervisor that is right but for what a subclass does. */
class DelegatingHypervisor implements Hypervisor {
    final Hypervisor right;

    DelegatingHypervisor(Hypervisor right) {
        this.right = right;
    }

    /** The contract on a hypervisor that is to be wrong. */
    abstract static class Tried implements HypervisorContract {
        /** The hypervisor to try, made of one that is right. */
        abstract Hypervisor wrong(Hypervisor right);

        Set<HypervisorTrait> traits() {
            return EnumSet.of(HypervisorTrait.SHUTDOWN, HypervisorTrait.SUSPEND);
        }

        @Override
        public HypervisorFixture fixture() {
            MemoryHypervisor right = new MemoryHypervisor();
            return new Fixture(right, wrong(right), traits(), patience());
        }

        Duration patience() {
            return Duration.ofMinutes(1);
        }
    }

    /** One that does not say what the claim waits for: that fails however long it waits. */
    abstract static class Silent extends Tried {
        @Override
        final Duration patience() {
            return Duration.ofMillis(500);
        }
    }

    private record Fixture(
            MemoryHypervisor right,
            Hypervisor hypervisor,
            Set<HypervisorTrait> traits,
            Duration patience)
            implements HypervisorFixture {
        @Override
        public GuestSpec spec(String name, UUID uuid) {
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

        @Override
        public void close() {
            right.close();
        }
    }

    @Override
    public String kind() {
        return right.kind();
    }

    @Override
    public boolean connected() {
        return right.connected();
    }

    @Override
    public HostInfo host() {
        return right.host();
    }

    @Override
    public Optional<Guest> guest(UUID uuid) {
        return right.guest(uuid);
    }

    @Override
    public List<Guest> guests() {
        return right.guests();
    }

    @Override
    public void create(GuestSpec spec) {
        right.create(spec);
    }

    @Override
    public void shutdown(UUID uuid) {
        right.shutdown(uuid);
    }

    @Override
    public void destroy(UUID uuid) {
        right.destroy(uuid);
    }

    @Override
    public void pause(UUID uuid) {
        right.pause(uuid);
    }

    @Override
    public void resume(UUID uuid) {
        right.resume(uuid);
    }

    @Override
    public boolean suspend(UUID uuid) {
        return right.suspend(uuid);
    }

    @Override
    public void wakeUp(UUID uuid) {
        right.wakeUp(uuid);
    }

    @Override
    public void undefine(UUID uuid) {
        right.undefine(uuid);
    }

    @Override
    public GuestStats stats(UUID uuid) {
        return right.stats(uuid);
    }

    @Override
    public Optional<String> console(UUID uuid) {
        return right.console(uuid);
    }

    @Override
    public void attach(UUID uuid, String deviceXml) {
        right.attach(uuid, deviceXml);
    }

    @Override
    public void detach(UUID uuid, String deviceXml) {
        right.detach(uuid, deviceXml);
    }

    @Override
    public String describe(UUID uuid) {
        return right.describe(uuid);
    }

    @Override
    public GuestState refresh(UUID uuid) {
        return right.refresh(uuid);
    }

    @Override
    public AutoCloseable listen(GuestListener listener) {
        return right.listen(listener);
    }
}
