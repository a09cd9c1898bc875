@NullMarked
package qubes.testkit.hypervisor;

import org.jspecify.annotations.NullMarked;
