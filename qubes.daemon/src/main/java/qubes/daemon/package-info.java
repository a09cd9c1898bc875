/** What makes a process of the bundles: its first and last words on the terminal, its exit code. */
@NullMarked
package qubes.daemon;

import org.jspecify.annotations.NullMarked;
