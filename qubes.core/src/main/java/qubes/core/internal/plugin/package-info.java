/** Who is to blame, and why plugins do not work. */
@NullMarked
package qubes.core.internal.plugin;

import org.jspecify.annotations.NullMarked;
