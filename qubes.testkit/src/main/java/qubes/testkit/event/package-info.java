/**
 * What every extension, a reaction to events, owes the core and everybody else ({@link
 * qubes.testkit.event.ExtensionContract}).
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.testkit.event;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
