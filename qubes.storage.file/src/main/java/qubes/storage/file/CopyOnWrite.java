package qubes.storage.file;

import java.io.IOException;
import java.util.Optional;
import qubes.core.storage.BlockSource;

/**
 * How a {@code file} pool keeps the session of a guest apart from data that others use. Callers
 * hold the volume's lock, and that of the source where one is given. A failure leaves the committed
 * data and the session's as they were.
 */
interface CopyOnWrite {
    /** Makes the disk of a persistent volume ready; what an unfinished session wrote is on it. */
    void startOrigin(FileImages images) throws IOException;

    /**
     * Makes what the guest wrote the volume's data; nothing if there was no session.
     *
     * @param keepOld true to keep the session's copy-on-write file as the volume's revision
     */
    void commit(FileImages images, boolean keepOld) throws IOException;

    /** Makes a fresh disk with the committed data of {@code source} ready. */
    void startSnapshot(FileImages images, FileImages source) throws IOException;

    /** Drops the disk of a snapshot and what was written to it. */
    void dropSnapshot(FileImages images, FileImages source) throws IOException;

    /** Changes the size of a persistent volume, in bytes, also while a session runs. */
    void resize(FileImages images, long bytes) throws IOException;

    /** The disk of a persistent volume with a session; absent if the volume is not there. */
    Optional<BlockSource> originDisk(FileImages images) throws IOException;

    /** The disk of a snapshot; absent if it is not started. */
    Optional<BlockSource> snapshotDisk(FileImages images, FileImages source) throws IOException;

    /**
     * True if the guest of a persistent volume runs, as far as can be told from the volume's files.
     */
    boolean running(FileImages images) throws IOException;

    /** True if a session of a persistent volume was begun and not committed. */
    boolean dirty(FileImages images) throws IOException;
}
