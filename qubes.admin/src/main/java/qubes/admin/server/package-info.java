/** The sockets: who is listened to, how long, and by which thread. */
@NullMarked
package qubes.admin.server;

import org.jspecify.annotations.NullMarked;
