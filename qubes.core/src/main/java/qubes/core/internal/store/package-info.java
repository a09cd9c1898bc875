/**
 * The store: reads {@code qubes.xml} into {@link qubes.core.state.SystemState}, writes it back, and
 * keeps the file locked, whole and current while the daemon lives. It knows records and text only;
 * no klass, driver or property needs to be installed for a store to pass through it unharmed. The
 * small files that domains keep beside the store are read and written here too.
 */
@NullMarked
package qubes.core.internal.store;

import org.jspecify.annotations.NullMarked;
