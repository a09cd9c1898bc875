/** Storage: how a bundle adds a pool driver, and what pools and volumes owe the core. */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
