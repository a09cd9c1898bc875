@NullMarked
package qubes.hypervisor.libvirt;

import org.jspecify.annotations.NullMarked;
