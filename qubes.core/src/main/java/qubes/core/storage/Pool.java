package qubes.core.storage;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** An open storage pool. Methods may block on I/O unless they say otherwise. */
@ConsumerType
public interface Pool extends AutoCloseable {
    /** The pool's name; never blocks. */
    String name();

    /** What volumes of this pool can do; never blocks. */
    Set<PoolCapability> capabilities();

    /**
     * Prepares the place where the pool lives; called once, when the pool is added to the system.
     */
    void setup();

    /** The vid of a new volume; never blocks. */
    String newVid(VolumeOwner owner, String volume);

    /**
     * A volume, whether or not it exists yet; never blocks.
     *
     * @throws qubes.core.error.QubesException if the pool cannot have such a volume
     */
    Volume volume(VolumeSpec spec);

    /** Vids of the volumes found in the pool. */
    List<String> list();

    /** Capacity, in bytes, if known. */
    OptionalLong sizeBytes();

    /** Space taken, in bytes, if known. */
    OptionalLong usageBytes();

    /** Size and usage by kind, in bytes, wire name to number. */
    default Map<String, Long> usageDetails() {
        Map<String, Long> details = new java.util.TreeMap<>();
        sizeBytes().ifPresent(size -> details.put("data_size", size));
        usageBytes().ifPresent(usage -> details.put("data_usage", usage));
        return details;
    }

    /**
     * Takes over a changed configuration while volumes are in use; never blocks.
     *
     * @return false if it cannot: the pool is then closed, and opened anew when it is needed
     */
    default boolean reconfigure(PoolConfig config) {
        return false;
    }

    /** Revisions that new volumes keep; never blocks. */
    default int revisionsToKeep() {
        return 1;
    }

    /**
     * True if volatile volumes are encrypted with a key that is forgotten at stop; never blocks.
     */
    default boolean ephemeralVolatile() {
        return false;
    }

    /** Name of the pool that physically contains this one. */
    default Optional<String> includedIn() {
        return Optional.empty();
    }

    /** Lets go of what the pool object holds; the data stays. */
    @Override
    void close();
}
