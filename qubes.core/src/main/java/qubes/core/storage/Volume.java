package qubes.core.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.error.QubesNotImplementedError;

/**
 * One volume of a pool. An object of this type may be made anew for every use: all state is in the
 * pool.
 *
 * <p>Every method may block on I/O; the core calls them without the model lock, under the lifecycle
 * lock of the domain. A failure is a {@link qubes.core.error.StoragePoolException} and leaves
 * committed data as it was.
 */
@ConsumerType
public interface Volume {
    /** {@return what the volume is} */
    VolumeSpec spec();

    /**
     * Makes the volume, empty; only for kinds that persist. Snapshot and volatile volumes are made
     * by {@link #start}. If it fails nothing new is left for {@link #remove} to clear.
     */
    void create();

    /** Deletes all that belongs to the volume; nothing there is fine. */
    void remove();

    /**
     * Makes the volume ready for the guest. A volume that was not stopped cleanly keeps what was
     * written to it.
     */
    void start();

    /** Commits or drops what the guest wrote, as the kind says; not started is fine. */
    void stop();

    /** Refuses if the volume, or its source, is not there. */
    void verify();

    /**
     * {@return the disk for the guest, valid between {@link #start} and {@link #stop}; absent if
     * there is nothing to attach}
     */
    Optional<BlockSource> block();

    /** {@return path shown to clients, for information; absent if there is none} */
    Optional<Path> path();

    /** {@return logical size, in bytes; follows a resize} */
    long sizeBytes();

    /** {@return space taken, in bytes} */
    long usageBytes();

    /** {@return true if it was started and not stopped} */
    boolean dirty();

    /** {@return true if it is a started snapshot whose source changed meanwhile} */
    default boolean outdated() {
        return false;
    }

    /** {@return committed revisions, oldest first} */
    default List<Revision> revisions() {
        return List.of();
    }

    /**
     * Makes an earlier revision the committed state. Needs {@link PoolCapability#REVERT}.
     *
     * @param revision id of the revision
     */
    default void revert(String revision) {
        throw new QubesNotImplementedError("This pool keeps no revisions to revert to");
    }

    /**
     * Changes the logical size. Needs {@link PoolCapability#RESIZE}.
     *
     * @param bytes the size, in bytes
     */
    default void resize(long bytes) {
        throw new QubesNotImplementedError("This pool cannot resize volumes");
    }

    /**
     * Replaces the data by the committed data of a volume that may lie in another pool.
     *
     * @param source a volume of any pool, not started
     */
    default void importVolume(Volume source) {
        throw new QubesNotImplementedError("This pool cannot import volumes");
    }

    /**
     * Begins an import of {@code bytes} bytes; they are to be written to the path given back.
     *
     * @param bytes the size, in bytes
     * @return a file or a block device of that size
     */
    default Path importData(long bytes) {
        throw new QubesNotImplementedError("This pool cannot import data");
    }

    /**
     * Ends the import: commits what was written, or drops it.
     *
     * @param success false to drop what was written
     */
    default void importDataEnd(boolean success) {
        throw new QubesNotImplementedError("This pool cannot import data");
    }

    /** {@return a path from which the committed data can be read until {@link #exportEnd}} */
    default Path export() {
        throw new QubesNotImplementedError("This pool cannot export volumes");
    }

    /**
     * Ends an export.
     *
     * @param exported the path that {@link #export} gave
     */
    default void exportEnd(Path exported) {}
}
