/** Plugins that come, go, clash and are replaced under a system that runs. */
@NullMarked
package qubes.itest.plugins;

import org.jspecify.annotations.NullMarked;
