/**
 * What the pages of the documentation say is so: their examples work, their links lead somewhere.
 */
@NullMarked
package qubes.itest.docs;

import org.jspecify.annotations.NullMarked;
