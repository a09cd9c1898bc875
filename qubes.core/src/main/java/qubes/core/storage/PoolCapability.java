package qubes.core.storage;

/** What a pool can do beyond the contract's core. A pool refuses what it does not declare. */
public enum PoolCapability {
    /**
     * Guests can write: the pool has volumes of every kind but {@link VolumeKind#ORIGIN_SNAPSHOT},
     * which is its own business. A pool without it has read-only volumes and refuses all others.
     */
    WRITE,
    /** Volumes keep revisions and can be reverted to them. */
    REVERT,
    /** Volumes can be resized. */
    RESIZE,
    /** Data can be written into volumes from outside. */
    IMPORT,
    /** The committed data of volumes can be read from outside. */
    EXPORT,
    /** A volume knows that its source changed since it was started. */
    OUTDATED
}
