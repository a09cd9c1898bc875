/** Through whom a remote qube is reached: tags. */
@NullMarked
package qubes.ext.relay;

import org.jspecify.annotations.NullMarked;
