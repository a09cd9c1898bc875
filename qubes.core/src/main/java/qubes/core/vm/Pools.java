package qubes.core.vm;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.property.Property;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolDriver;

/** The storage pools of the system. */
@ProviderType
public interface Pools {
    /** {@return all pools, in the order they were registered; never blocks} */
    List<PoolRecord> list();

    /**
     * {@return the pool of that name; never blocks}
     *
     * @param name name of the pool
     */
    Optional<PoolRecord> find(String name);

    /** {@return drivers whose bundles are here now, by name; never blocks} */
    List<PoolDriver> drivers();

    /**
     * {@return the open pool of that name; opens it if it is not} May block.
     *
     * @param name name of the pool
     * @throws qubes.core.error.QubesException if there is none, its driver's bundle is not here, or
     *     it cannot be opened
     */
    Pool open(String name);

    /**
     * Registers a pool and prepares its place. Blocks.
     *
     * @param pool name, driver and options
     * @throws qubes.core.error.QubesException if the name is taken or the driver refuses
     */
    void add(PoolRecord pool);

    /**
     * Forgets a pool that holds no volume and is no default; its data stays.
     *
     * @param name name of the pool
     * @throws qubes.core.error.QubesException if it is in use
     */
    void remove(String name);

    /**
     * Sets an option of a pool, also while its volumes are in use. Blocks.
     *
     * @param <T> type of the option's values
     * @param name name of the pool
     * @param option an option that the driver declares
     * @param value the new value
     * @throws qubes.core.error.QubesException if there is no such pool, its driver's bundle is not
     *     here, has no such option, or refuses the value
     */
    <T> void set(String name, Property<T> option, T value);

    /**
     * {@return the default pool for volumes of that name, by the global properties; never blocks}
     *
     * @param volume name of the volume
     */
    Optional<String> defaultFor(String volume);

    /**
     * {@return name of the pool that physically contains that one, as its driver knows or their
     * directories tell (spec storage §2.4)} May block.
     *
     * @param name name of the pool
     * @throws qubes.core.error.QubesException as {@link #open}
     */
    Optional<String> includedIn(String name);

    /**
     * {@return the pool that {@code default_pool} means while it is not set: the one named {@code
     * default}, else the thin pool that the environment's {@code DEFAULT_LVM_POOL} names, else the
     * one of the root file system, else the one of files at the system's own folder; never blocks
     * (spec domain-model §5.1)}
     */
    Optional<String> natural();
}
