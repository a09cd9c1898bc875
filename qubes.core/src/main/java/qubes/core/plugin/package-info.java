/**
 * What is known of the bundles that add to the system and do not work as they should: who is to
 * blame for what, said once in the log and kept for whoever asks.
 *
 * <p>Nothing here blocks.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.core.plugin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
