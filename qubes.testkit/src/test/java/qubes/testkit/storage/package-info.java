@NullMarked
package qubes.testkit.storage;

import org.jspecify.annotations.NullMarked;
