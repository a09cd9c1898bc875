/**
 * Tests inside a container: {@link qubes.testkit.exam.PaxExam} lets JUnit 5 run a test class in an
 * OSGi framework started by Pax Exam, {@link qubes.testkit.exam.QubesExam} fills that framework
 * with the shipped set of bundles.
 */
@Export
@Version("1.1.0")
@NullMarked
package qubes.testkit.exam;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
