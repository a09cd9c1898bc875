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
    /** {@return the pool's name; never blocks} */
    String name();

    /** {@return what volumes of this pool can do; never blocks} */
    Set<PoolCapability> capabilities();

    /**
     * Prepares the place where the pool lives; called once, when the pool is added to the system.
     */
    void setup();

    /**
     * {@return the vid of a new volume; never blocks}
     *
     * @param owner the domain that is to have it
     * @param volume its name in the domain
     */
    String newVid(VolumeOwner owner, String volume);

    /**
     * {@return a volume, whether or not it exists yet; never blocks}
     *
     * @param spec what the volume is
     * @throws qubes.core.error.QubesException if the pool cannot have such a volume
     */
    Volume volume(VolumeSpec spec);

    /** {@return vids of the volumes found in the pool} */
    List<String> list();

    /** {@return capacity, in bytes, if known} */
    OptionalLong sizeBytes();

    /** {@return space taken, in bytes, if known} */
    OptionalLong usageBytes();

    /** {@return size and usage by kind, in bytes, wire name to number} */
    default Map<String, Long> usageDetails() {
        Map<String, Long> details = new java.util.TreeMap<>();
        sizeBytes().ifPresent(size -> details.put("data_size", size));
        usageBytes().ifPresent(usage -> details.put("data_usage", usage));
        return details;
    }

    /**
     * Takes over a changed configuration while volumes are in use; never blocks.
     *
     * @param config the new configuration
     * @return false if it cannot: the pool is then closed, and opened anew when it is needed
     */
    default boolean reconfigure(PoolConfig config) {
        return false;
    }

    /** {@return revisions that new volumes keep; never blocks} */
    default int revisionsToKeep() {
        return 1;
    }

    /**
     * {@return true if volatile volumes are encrypted with a key that is forgotten at stop; never
     * blocks}
     */
    default boolean ephemeralVolatile() {
        return false;
    }

    /** {@return name of the pool that physically contains this one} */
    default Optional<String> includedIn() {
        return Optional.empty();
    }

    /** Lets go of what the pool object holds; the data stays. */
    @Override
    void close();
}
