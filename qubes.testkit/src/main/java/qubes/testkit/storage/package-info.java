/**
 * What authors of storage drivers test against: the contract of pools, and what it takes to
 * exercise it.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.testkit.storage;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
