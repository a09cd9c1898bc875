/**
 * Pool drivers that keep each volume in image files of its own: {@code file-reflink}, which shares
 * blocks between images, and {@code file}, which keeps a guest's writes in a copy-on-write file
 * beside the image.
 */
@NullMarked
package qubes.storage.file;

import org.jspecify.annotations.NullMarked;
