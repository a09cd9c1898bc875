/**
 * Device class {@code block}: the disks of the host, as its kernel tells of them, and the way they
 * get to qubes and back.
 */
@NullMarked
package qubes.device.block;

import org.jspecify.annotations.NullMarked;
