/** Tests of the contracts: plugins that are wrong on purpose, and the claims that find them so. */
@NullMarked
package qubes.testkit.catches;

import org.jspecify.annotations.NullMarked;
