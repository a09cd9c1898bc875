/** A plugin that takes nothing back that it registered. Tests have bnd make a bundle of it. */
@NullMarked
package qubes.itest.forgetful;

import org.jspecify.annotations.NullMarked;
