/**
 * A third party's plugin: a klass, a method of the Admin API and a guard. Tests have bnd make a
 * bundle of it.
 */
@NullMarked
package qubes.itest.greeter;

import org.jspecify.annotations.NullMarked;
