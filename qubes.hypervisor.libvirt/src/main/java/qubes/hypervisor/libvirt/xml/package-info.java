/** The domain XML: found templates, filled with what a guest is to be. */
@NullMarked
package qubes.hypervisor.libvirt.xml;

import org.jspecify.annotations.NullMarked;
