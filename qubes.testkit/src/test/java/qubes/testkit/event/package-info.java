@NullMarked
package qubes.testkit.event;

import org.jspecify.annotations.NullMarked;
