/**
 * What can go wrong, named as clients know it: the simple class name of a {@link
 * qubes.core.error.QubesException} (or of {@code ProtocolError} and {@code PermissionDenied}) is
 * what goes over the wire.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.error;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
