/**
 * Pool driver {@code linux-kernel}: a folder for each kernel, with the image of its modules that
 * qubes get as a read-only disk.
 */
@NullMarked
package qubes.storage.kernels;

import org.jspecify.annotations.NullMarked;
