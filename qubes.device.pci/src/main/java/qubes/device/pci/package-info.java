/** Device class {@code pci}: the PCI devices of the host, and the way they get to qubes. */
@NullMarked
package qubes.device.pci;

import org.jspecify.annotations.NullMarked;
