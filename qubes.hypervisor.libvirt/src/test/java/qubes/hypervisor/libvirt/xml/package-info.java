@NullMarked
package qubes.hypervisor.libvirt.xml;

import org.jspecify.annotations.NullMarked;
