package qubes.core.hypervisor;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.error.QubesException;

/**
 * The way to guests, an OSGi service. Guests are known by their domain's uuid.
 *
 * <p>{@link #guest}, {@link #guests}, {@link #state}, {@link #kind} and {@link #host} answer from a
 * cache that the hypervisor's events feed and never block; everything else may. Failures are {@link
 * QubesException}s whose message a user understands. While the connection is down, an operation
 * tries it once more, and fails with a message that says so if it stays down; the cache keeps what
 * was last seen.
 */
@ConsumerType
public interface Hypervisor {
    /** What it is: {@code qemu}, {@code xen}, {@code lxc}, {@code test} …, lower-case. */
    String kind();

    /** True if the connection is up. */
    boolean connected();

    /** The host, as seen when the connection was made. */
    HostInfo host();

    /**
     * Most memory that the domain may have in which this daemon runs, in KiB, as seen when the
     * connection was made; absent where that domain is none of the hypervisor's. Never blocks.
     */
    default OptionalLong ownMaximumKiB() {
        return OptionalLong.empty();
    }

    /** The guest as last seen; absent if the hypervisor does not know it. */
    Optional<Guest> guest(UUID uuid);

    /** All guests as last seen. */
    List<Guest> guests();

    /** The state of the guest as last seen. */
    default GuestState state(UUID uuid) {
        return guest(uuid).map(Guest::state).orElse(GuestState.HALTED);
    }

    /** Defines the guest and creates it paused. */
    void create(GuestSpec spec);

    /** Asks the guest to power itself off; returns at once. */
    void shutdown(UUID uuid);

    /** Ends the guest at once; not there is fine. */
    void destroy(UUID uuid);

    /** Stops the guest's processors. */
    void pause(UUID uuid);

    /** Lets the guest's processors run. */
    void resume(UUID uuid);

    /**
     * Puts the guest to sleep by its own power management.
     *
     * @return false if guest or hypervisor cannot
     */
    boolean suspend(UUID uuid);

    /** Wakes a suspended guest. */
    void wakeUp(UUID uuid);

    /** Forgets the definition of a guest that is not active; not there is fine. */
    void undefine(UUID uuid);

    /** What the guest uses now; {@link GuestStats#NONE} if it is not active. */
    GuestStats stats(UUID uuid);

    /**
     * What all active guests use now, uuid to resources. One that ends meanwhile may be left out.
     * By default each is asked on its own; an implementation that can ask once for all does.
     */
    default Map<UUID, GuestStats> allStats() {
        Map<UUID, GuestStats> all = new HashMap<>();
        for (Guest guest : guests()) {
            if (guest.state().active()) {
                all.put(guest.uuid(), stats(guest.uuid()));
            }
        }
        all.values().removeIf(GuestStats.NONE::equals);
        return all;
    }

    /** Path of the terminal that is the guest's first console; absent if it has none. */
    Optional<String> console(UUID uuid);

    /** Attaches a device described in the hypervisor's own XML to a running guest. */
    void attach(UUID uuid, String deviceXml);

    /** Detaches a device described in the hypervisor's own XML from a running guest. */
    void detach(UUID uuid, String deviceXml);

    /**
     * Tells a running guest the new size of one of its disks, whose volume was resized already. May
     * block.
     *
     * @param disk where the disk's data is, as {@link GuestDisk#source} named it at the start
     * @return false if the hypervisor cannot; the guest then sees the size at its next start
     */
    default boolean resizeDisk(UUID uuid, Path disk, long bytes) {
        return false;
    }

    /** The description of the guest in the hypervisor's own XML. */
    String describe(UUID uuid);

    /**
     * Looks at the guest now instead of in the cache.
     *
     * @return the state found, also put in the cache
     */
    GuestState refresh(UUID uuid);

    /** Tells {@code listener} of changes until the result is closed. */
    AutoCloseable listen(GuestListener listener);

    /**
     * The live object of the implementation's library, for plugins that need more than this
     * contract.
     */
    default <T> Optional<T> unwrap(UUID uuid, Class<T> type) {
        return Optional.empty();
    }
}
