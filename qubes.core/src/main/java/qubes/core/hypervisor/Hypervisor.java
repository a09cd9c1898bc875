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
    /** {@return what it is: {@code qemu}, {@code xen}, {@code lxc}, {@code test} …, lower-case} */
    String kind();

    /** {@return true if the connection is up} */
    boolean connected();

    /** {@return the host, as seen when the connection was made} */
    HostInfo host();

    /**
     * {@return most memory that the domain may have in which this daemon runs, in KiB, as seen when
     * the connection was made; absent where that domain is none of the hypervisor's} Never blocks.
     */
    default OptionalLong ownMaximumKiB() {
        return OptionalLong.empty();
    }

    /**
     * {@return the guest as last seen; absent if the hypervisor does not know it}
     *
     * @param uuid identity of the guest's domain
     */
    Optional<Guest> guest(UUID uuid);

    /** {@return all guests as last seen} */
    List<Guest> guests();

    /**
     * {@return the state of the guest as last seen}
     *
     * @param uuid identity of the guest's domain
     */
    default GuestState state(UUID uuid) {
        return guest(uuid).map(Guest::state).orElse(GuestState.HALTED);
    }

    /**
     * Defines the guest and creates it paused.
     *
     * @param spec the whole description
     */
    void create(GuestSpec spec);

    /**
     * Asks the guest to power itself off; returns at once.
     *
     * @param uuid identity of the guest's domain
     */
    void shutdown(UUID uuid);

    /**
     * Ends the guest at once; not there is fine.
     *
     * @param uuid identity of the guest's domain
     */
    void destroy(UUID uuid);

    /**
     * Stops the guest's processors.
     *
     * @param uuid identity of the guest's domain
     */
    void pause(UUID uuid);

    /**
     * Lets the guest's processors run.
     *
     * @param uuid identity of the guest's domain
     */
    void resume(UUID uuid);

    /**
     * Puts the guest to sleep by its own power management.
     *
     * @param uuid identity of the guest's domain
     * @return false if guest or hypervisor cannot
     */
    boolean suspend(UUID uuid);

    /**
     * Wakes a suspended guest.
     *
     * @param uuid identity of the guest's domain
     */
    void wakeUp(UUID uuid);

    /**
     * Forgets the definition of a guest that is not active; not there is fine.
     *
     * @param uuid identity of the guest's domain
     */
    void undefine(UUID uuid);

    /**
     * {@return what the guest uses now; {@link GuestStats#NONE} if it is not active}
     *
     * @param uuid identity of the guest's domain
     */
    GuestStats stats(UUID uuid);

    /**
     * {@return what all active guests use now, uuid to resources} One that ends meanwhile may be
     * left out. By default each is asked on its own; an implementation that can ask once for all
     * does.
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

    /**
     * {@return path of the terminal that is the guest's first console; absent if it has none}
     *
     * @param uuid identity of the guest's domain
     */
    Optional<String> console(UUID uuid);

    /**
     * Attaches a device described in the hypervisor's own XML to a running guest.
     *
     * @param uuid identity of the guest's domain
     * @param deviceXml one device, in the hypervisor's own XML
     */
    void attach(UUID uuid, String deviceXml);

    /**
     * Detaches a device described in the hypervisor's own XML from a running guest.
     *
     * @param uuid identity of the guest's domain
     * @param deviceXml one device, in the hypervisor's own XML
     */
    void detach(UUID uuid, String deviceXml);

    /**
     * Tells a running guest the new size of one of its disks, whose volume was resized already. May
     * block.
     *
     * @param uuid identity of the guest's domain
     * @param disk where the disk's data is, as {@link GuestDisk#source} named it at the start
     * @param bytes the new size
     * @return false if the hypervisor cannot; the guest then sees the size at its next start
     */
    default boolean resizeDisk(UUID uuid, Path disk, long bytes) {
        return false;
    }

    /**
     * {@return the description of the guest in the hypervisor's own XML}
     *
     * @param uuid identity of the guest's domain
     */
    String describe(UUID uuid);

    /**
     * Looks at the guest now instead of in the cache.
     *
     * @param uuid identity of the guest's domain
     * @return the state found, also put in the cache
     */
    GuestState refresh(UUID uuid);

    /**
     * Tells {@code listener} of changes until the result is closed.
     *
     * @param listener is told by one thread at a time
     * @return ends it
     */
    AutoCloseable listen(GuestListener listener);

    /**
     * {@return the live object of the implementation's library, for plugins that need more than
     * this contract}
     *
     * @param <T> type of the library's object
     * @param uuid identity of the guest's domain
     * @param type what the library calls it
     */
    default <T> Optional<T> unwrap(UUID uuid, Class<T> type) {
        return Optional.empty();
    }
}
