/**
 * Third parties' klasses that declare a property there is already. Tests have bnd make a bundle of
 * each.
 */
@NullMarked
package qubes.itest.clash;

import org.jspecify.annotations.NullMarked;
