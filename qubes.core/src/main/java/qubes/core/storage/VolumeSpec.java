package qubes.core.storage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a volume is, apart from where it lives.
 *
 * @param name {@code root}, {@code private}, {@code volatile}, {@code kernel} or another
 * @param vid id, unique in its pool; empty only for a kernel volume without a kernel
 * @param sizeBytes logical size, in bytes; 0 if unknown or the pool's own business
 * @param writable true if the guest may write
 * @param source vid of the volume to snapshot at start, in the same pool; present exactly for the
 *     snapshot kinds
 * @param revisionsToKeep committed revisions kept; -1 also turns snapshots off
 */
public record VolumeSpec(
        String name,
        String vid,
        VolumeKind kind,
        long sizeBytes,
        boolean writable,
        Optional<String> source,
        int revisionsToKeep) {
    /**
     * Checks what it is made of.
     *
     * @param name {@code root}, {@code private}, {@code volatile}, {@code kernel} or another
     * @param vid id, unique in its pool; empty only for a kernel volume without a kernel
     * @param sizeBytes logical size, in bytes; 0 if unknown or the pool's own business
     * @param writable true if the guest may write
     * @param source vid of the volume to snapshot at start, in the same pool; present exactly for
     *     the snapshot kinds
     * @param revisionsToKeep committed revisions kept; -1 also turns snapshots off
     * @param kind what happens to its content
     */
    public VolumeSpec {
        requireNonNull(name, "name");
        requireNonNull(vid, "vid");
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes: " + sizeBytes);
        }
        if (kind.snapOnStart() != source.isPresent()) {
            throw new IllegalArgumentException(
                    kind + (source.isPresent() ? " has no source" : " needs a source"));
        }
        if (revisionsToKeep < -1) {
            throw new IllegalArgumentException("revisionsToKeep: " + revisionsToKeep);
        }
    }

    /**
     * {@return true if the guest writes to the persistent data itself: no snapshot is taken at
     * start, no revision kept}
     */
    public boolean snapshotsDisabled() {
        return revisionsToKeep == -1 && kind == VolumeKind.ORIGIN;
    }
}
