/**
 * Domains: what every domain is ({@link qubes.core.vm.BaseVM}), what a managed one can do ({@link
 * qubes.core.vm.QubesVM}), how a bundle adds a klass ({@link qubes.core.vm.DomainFactory}), and the
 * application that holds them ({@link qubes.core.vm.Qubes}).
 *
 * <p>Versioned per package: a minor bump adds, a major bump removes or changes meaning.
 * {@code @ProviderType}: implemented by qubes.core only. {@code @ConsumerType}: implemented by
 * extension authors.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.core.vm;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
