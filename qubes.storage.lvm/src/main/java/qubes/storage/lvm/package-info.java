/**
 * Pool driver {@code lvm_thin}: a thin logical volume of LVM for each volume, snapshot and
 * revision.
 */
@NullMarked
package qubes.storage.lvm;

import org.jspecify.annotations.NullMarked;
