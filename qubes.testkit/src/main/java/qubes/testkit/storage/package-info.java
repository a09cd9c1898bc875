/**
 * What every pool owes the core ({@link qubes.testkit.storage.PoolContract}); disks to read and
 * write as a guest does; a storage driver in memory ({@link
 * qubes.testkit.storage.MemoryPoolDriver}) for tests of everything but storage.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
