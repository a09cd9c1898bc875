/** Tests of the whole: the rules of the house, and the shipped set of bundles. */
@NullMarked
package qubes.itest;

import org.jspecify.annotations.NullMarked;
