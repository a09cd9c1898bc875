/**
 * What every class of devices owes the core ({@link qubes.testkit.device.DeviceClassContract}), and
 * devices in memory ({@link qubes.testkit.device.MemoryDevices}) for tests of everything that has
 * to do with devices.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit.device;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
