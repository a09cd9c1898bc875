/**
 * The hypervisor contract on libvirt: connection, event loop, state cache, operations. Private to
 * the bundle.
 */
@NullMarked
package qubes.hypervisor.libvirt;

import org.jspecify.annotations.NullMarked;
