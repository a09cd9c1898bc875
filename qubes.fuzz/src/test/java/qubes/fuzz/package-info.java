/** What the fuzz tests share. */
@NullMarked
package qubes.fuzz;

import org.jspecify.annotations.NullMarked;
