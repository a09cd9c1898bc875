/**
 * A third party's plugin that goes wrong wherever a test asks it to. Tests have bnd make a bundle
 * of it.
 */
@NullMarked
package qubes.itest.faulty;

import org.jspecify.annotations.NullMarked;
