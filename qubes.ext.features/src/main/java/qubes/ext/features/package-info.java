/**
 * What qubes say they can do becomes features, as far as it is true to form; and rules for features
 * that configure what runs in qubes.
 */
@NullMarked
package qubes.ext.features;

import org.jspecify.annotations.NullMarked;
