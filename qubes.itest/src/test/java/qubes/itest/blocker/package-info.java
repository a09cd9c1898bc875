/** A plugin that blocks as it starts. Tests have bnd make a bundle of it. */
@NullMarked
package qubes.itest.blocker;

import org.jspecify.annotations.NullMarked;
