/** Methods about devices: what there is, what a qube is given, what it may not be given. */
@NullMarked
package qubes.admin.method.device;

import org.jspecify.annotations.NullMarked;
