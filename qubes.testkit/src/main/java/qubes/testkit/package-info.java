/**
 * What authors of plugins test against: {@link qubes.testkit.QubesFixture}, a whole system on a
 * temporary folder, in {@link qubes.testkit.EmbeddedFelix}, a framework in a plain test; what a
 * klass declares, as a table. Contracts and fakes are in the packages below.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
