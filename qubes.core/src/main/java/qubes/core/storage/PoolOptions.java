package qubes.core.storage;

import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;

/** Options that most drivers declare, so that they mean the same everywhere. */
public final class PoolOptions {
    /** Revisions that new volumes keep. */
    public static final Property<Integer> REVISIONS_TO_KEEP =
            Property.named("revisions_to_keep", PropertyType.INT)
                    .doc(
                            "Revisions that a new volume keeps if it is not told otherwise; -1 also turns its snapshots off.")
                    .defaultsTo(1)
                    .define();

    /** Whether volatile volumes are encrypted with a key that nobody keeps. */
    public static final Property<Boolean> EPHEMERAL_VOLATILE =
            Property.named(
                            "ephemeral_volatile",
                            new PropertyType<>(
                                    "bool",
                                    "bool",
                                    PoolOptions::readFlag,
                                    PropertyType.BOOL::write))
                    .doc(
                            "Encrypt volatile volumes with a key that is forgotten when the qube stops.")
                    .defaultsTo(false)
                    .define();

    private PoolOptions() {}

    /**
     * {@return the value of an option without default}
     *
     * @param <T> type of the option's values
     * @param config the pool's configuration
     * @param option an option that the driver declares
     * @throws StoragePoolException if the pool's configuration lacks it
     */
    public static <T> T required(PoolConfig config, Property<T> option) {
        return config.find(option)
                .orElseThrow(
                        () ->
                                new StoragePoolException(
                                        "Pool "
                                                + config.poolName()
                                                + " has no "
                                                + option.name()
                                                + ": its driver needs that option"));
    }

    /**
     * {@return the pool's {@link #REVISIONS_TO_KEEP}}
     *
     * @param config the pool's configuration
     * @throws StoragePoolException if it is below -1
     */
    public static int revisionsToKeep(PoolConfig config) {
        int revisions = config.get(REVISIONS_TO_KEEP);
        if (revisions < -1) {
            throw new StoragePoolException(
                    "Pool "
                            + config.poolName()
                            + ": revisions_to_keep can't be lower than -1, not "
                            + revisions);
        }
        return revisions;
    }

    private static boolean readFlag(String text) {
        return !text.isEmpty() && PropertyType.BOOL.parse(text);
    }
}
