/**
 * The hypervisor behind the core: start, stop and watch guests. Implemented by one bundle; the core
 * knows no other way to a guest.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.hypervisor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
