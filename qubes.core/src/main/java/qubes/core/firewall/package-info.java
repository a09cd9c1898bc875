/**
 * The firewall of one domain: its rules as values, their texts, and where a domain keeps them.
 *
 * <p>Rules are immutable and make no sound: the original's rule objects fire property events that
 * nobody listens to; here only the list as a whole is announced, by {@code firewall-changed}.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.firewall;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
