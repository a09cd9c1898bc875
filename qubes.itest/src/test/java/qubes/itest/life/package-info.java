/** How domains start and stop, with the real core and klasses and a hypervisor in memory. */
@NullMarked
package qubes.itest.life;

import org.jspecify.annotations.NullMarked;
