/**
 * Methods of the Admin API: what one is ({@link qubes.core.admin.AdminMethod}), what a caller may
 * send it ({@link qubes.core.admin.MethodTraits}), what it is handed ({@link
 * qubes.core.admin.AdminCall}) and gives back ({@link qubes.core.admin.AdminReply}). A bundle adds
 * a method by registering a service.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.core.admin;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
