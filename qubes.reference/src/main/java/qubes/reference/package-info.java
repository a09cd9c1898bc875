/** Writes the pages of {@code docs/reference} from what the code declares. */
@NullMarked
package qubes.reference;

import org.jspecify.annotations.NullMarked;
