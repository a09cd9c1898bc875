/**
 * Lets only those bundles resolve that are part of the product or signed by a key that the operator
 * listed, if the operator wants it so (docs/extending/signing.md).
 *
 * <p>It has an activator, as no other bundle: it must be there before anything is installed, and so
 * before there are components and configurations.
 */
@NullMarked
package qubes.trust;

import org.jspecify.annotations.NullMarked;
