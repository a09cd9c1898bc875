/** The Admin API: which methods there are, who may call them, and what becomes of a call. */
@NullMarked
package qubes.admin;

import org.jspecify.annotations.NullMarked;
