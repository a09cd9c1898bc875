/** Small immutable values that every layer shares: names, labels, colours. */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.value;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
