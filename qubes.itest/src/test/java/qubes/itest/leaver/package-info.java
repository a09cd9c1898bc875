/** A plugin that leaves a thread behind. Tests have bnd make a bundle of it. */
@NullMarked
package qubes.itest.leaver;

import org.jspecify.annotations.NullMarked;
