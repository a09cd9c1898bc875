/**
 * Third parties' plugins that overrun others with events, or that let them pile up. Tests have bnd
 * make a bundle of each.
 */
@NullMarked
package qubes.itest.flood;

import org.jspecify.annotations.NullMarked;
