package qubes.core.storage;

import java.nio.file.Path;

/**
 * What the hypervisor gives a guest as disk.
 *
 * @param path file or block device on the host
 * @param format image format, {@code raw} or {@code qcow2}
 * @param blockDevice true for a block device, false for a file
 * @param writable false for a read-only disk
 */
public record BlockSource(Path path, String format, boolean blockDevice, boolean writable) {}
