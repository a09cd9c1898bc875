/**
 * Declared properties: typed constants with their default rule, checks, load stage and
 * documentation, and what holds them.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.property;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
