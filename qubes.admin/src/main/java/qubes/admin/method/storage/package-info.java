/** Methods about volumes and pools; data goes past the sockets, between an import's two calls. */
@NullMarked
package qubes.admin.method.storage;

import org.jspecify.annotations.NullMarked;
