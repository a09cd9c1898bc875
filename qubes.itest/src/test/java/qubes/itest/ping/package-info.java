/** A stranger's bundle with one method of the Admin API and nothing else. */
@NullMarked
package qubes.itest.ping;

import org.jspecify.annotations.NullMarked;
