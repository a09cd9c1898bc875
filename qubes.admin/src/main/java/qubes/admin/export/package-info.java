/** Stores for the original: what it knows, and what becomes of the rest. */
@NullMarked
package qubes.admin.export;

import org.jspecify.annotations.NullMarked;
