/** Commands of the Gogo shell. */
@NullMarked
package qubes.shell;

import org.jspecify.annotations.NullMarked;
