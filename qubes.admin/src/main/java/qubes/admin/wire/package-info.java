/** The bytes of requests and answers (spec admin-protocol §2, §4, §5). */
@NullMarked
package qubes.admin.wire;

import org.jspecify.annotations.NullMarked;
