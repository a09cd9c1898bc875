/**
 * What every method of the Admin API owes its callers ({@link
 * qubes.testkit.admin.AdminMethodContract}).
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.testkit.admin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
