/**
 * Devices as values: where one is plugged, which one it is, what is known of it, to whom it is
 * assigned; and the texts by which clients name and describe them (spec devices.md §1 to §3). A
 * backend is named, never held: whoever needs the domain looks it up.
 *
 * <p>Nothing here blocks but {@link qubes.core.device.PciPaths} and {@link
 * qubes.core.device.InterfaceNames}, which read the host's files.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.device;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
