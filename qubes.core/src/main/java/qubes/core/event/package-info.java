/** Events: records with a wire name, and how bundles subscribe to them. */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.event;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
