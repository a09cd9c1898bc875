/** What the sample plugins consist of. */
@NullMarked
package qubes.bench.plugin;

import org.jspecify.annotations.NullMarked;
