/**
 * What every klass owes the core ({@link qubes.testkit.vm.DomainClassContract}), and a klass
 * without peculiarities ({@link qubes.testkit.vm.PlainVM}) for tests that need domains but no
 * particular ones.
 */
@Export
@Version("1.0.0")
@NullMarked
package qubes.testkit.vm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
