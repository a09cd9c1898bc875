@NullMarked
package qubes.testkit.vm;

import org.jspecify.annotations.NullMarked;
