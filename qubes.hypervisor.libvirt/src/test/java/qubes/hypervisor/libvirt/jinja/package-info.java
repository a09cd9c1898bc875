@NullMarked
package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.NullMarked;
