package qubes.storage.lvm;

/**
 * A logical volume as LVM lists it.
 *
 * @param group its volume group
 * @param thinPool name of its thin pool; empty for one that is in none, such as a pool itself
 * @param name without the group
 * @param usedBytes data that it holds, in bytes
 * @param attributes LVM's own letters, the first is the type
 * @param origin name of the volume it is a snapshot of; empty for none
 * @param metadataBytes size of a thin pool's metadata, in bytes; else 0
 * @param usedMetadataBytes metadata that a thin pool holds, in bytes; else 0
 */
record LogicalVolume(
        String group,
        String thinPool,
        String name,
        long sizeBytes,
        long usedBytes,
        String attributes,
        String origin,
        long metadataBytes,
        long usedMetadataBytes) {
    /** What LVM and the store call it: group, slash, name. */
    String fullName() {
        return group + "/" + name;
    }

    boolean isThinPool() {
        return attributes.startsWith("t");
    }
}
