@NullMarked
package qubes.testkit.admin;

import org.jspecify.annotations.NullMarked;
