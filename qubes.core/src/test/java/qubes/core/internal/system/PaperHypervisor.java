package qubes.core.internal.system;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.GuestStats;
import qubes.core.hypervisor.HostInfo;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.BaseVM;

/** A hypervisor that says what a test wrote down, and does nothing. */
@NullMarked
public final class PaperHypervisor implements Hypervisor {
    private final String kind;
    private final long memoryMiB;
    private OptionalLong ownMaximumKiB = OptionalLong.empty();
    private Optional<String> failure = Optional.empty();
    private final Map<UUID, Guest> guests = new ConcurrentHashMap<>();

    /** One of that kind, on a host with that much memory. */
    public PaperHypervisor(String kind, long memoryMiB) {
        this.kind = kind;
        this.memoryMiB = memoryMiB;
    }

    /** From now on the guest of {@code vm} is in that state. */
    public void write(BaseVM vm, GuestState state) {
        guests.put(vm.uuid(), new Guest(vm.uuid(), vm.subjectName(), state, vm.qid()));
    }

    /** dom0 is a domain of this hypervisor and may have so much memory. */
    public void writeOwnMaximum(long kib) {
        ownMaximumKiB = OptionalLong.of(kib);
    }

    /** From now on nobody can say what a guest uses. */
    public void failStats(String message) {
        failure = Optional.of(message);
    }

    @Override
    public OptionalLong ownMaximumKiB() {
        return ownMaximumKiB;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public boolean connected() {
        return false;
    }

    @Override
    public HostInfo host() {
        return new HostInfo(memoryMiB * 1024, 4);
    }

    @Override
    public Optional<Guest> guest(UUID uuid) {
        return Optional.ofNullable(guests.get(uuid));
    }

    @Override
    public List<Guest> guests() {
        return List.copyOf(guests.values());
    }

    @Override
    public GuestState refresh(UUID uuid) {
        return state(uuid);
    }

    @Override
    public AutoCloseable listen(GuestListener listener) {
        return () -> {};
    }

    @Override
    public void create(GuestSpec spec) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void shutdown(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void destroy(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void pause(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void resume(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public boolean suspend(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void wakeUp(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void undefine(UUID uuid) {}

    @Override
    public GuestStats stats(UUID uuid) {
        failure.ifPresent(
                message -> {
                    throw new QubesException(message);
                });
        return GuestStats.NONE;
    }

    @Override
    public Optional<String> console(UUID uuid) {
        return Optional.empty();
    }

    @Override
    public void attach(UUID uuid, String deviceXml) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public void detach(UUID uuid, String deviceXml) {
        throw new UnsupportedOperationException("on paper");
    }

    @Override
    public String describe(UUID uuid) {
        throw new UnsupportedOperationException("on paper");
    }
}
