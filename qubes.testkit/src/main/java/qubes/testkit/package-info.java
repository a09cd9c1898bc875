/**
 * What authors of plugins test against. What to use when:
 *
 * <ul>
 *   <li>a contract, of the packages below, for each thing that a bundle contributes: the test class
 *       has one method, which makes it;
 *   <li>{@link qubes.testkit.QubesFixture#inMemory}: a whole system in a plain test, with pools and
 *       guests in memory; what is under test is {@linkplain qubes.testkit.QubesFixture#provide
 *       provided} as an object, so nothing needs to be packaged;
 *   <li>{@link qubes.testkit.QubesFixture#with}: the same with bundles, of others and one's own,
 *       and images in files; such tests run after packaging;
 *   <li>{@link qubes.testkit.EmbeddedFelix}: the framework alone, for bundles that need no core;
 *   <li>{@link qubes.testkit.exam}: the shipped set of bundles, and tests that run inside the
 *       framework;
 *   <li>{@link qubes.testkit.KlassTable}: what a klass declares, as a table to compare with one.
 * </ul>
 *
 * <p>There is no system without a framework: the core finds plugins as services, and one that
 * starts in a quarter of a second is the real thing.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
