/**
 * What every hypervisor owes the core ({@link qubes.testkit.hypervisor.HypervisorContract}), and a
 * hypervisor in memory ({@link qubes.testkit.hypervisor.MemoryHypervisor}) for tests of everything
 * that starts guests.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit.hypervisor;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
