/** What the shipped system does with plugins that go wrong. */
@NullMarked
package qubes.itest.faults;

import org.jspecify.annotations.NullMarked;
