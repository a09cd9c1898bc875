/**
 * The product as its users have it: the programs of a built clone, real processes, real sockets.
 */
@NullMarked
package qubes.itest.product;

import org.jspecify.annotations.NullMarked;
