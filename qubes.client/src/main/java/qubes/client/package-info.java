/** The ./qvm client: speaks the Admin API over its socket. */
@NullMarked
package qubes.client;

import org.jspecify.annotations.NullMarked;
