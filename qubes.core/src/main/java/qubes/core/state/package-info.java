/**
 * State as data: immutable records of everything the store holds. They refer to no class of a
 * plugin and are complete whether or not the bundle that gives them behaviour is installed.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.state;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
