/**
 * The engine behind the contracts: the model with its one lock, the event bus, live domains, and
 * what comes and goes.
 */
@NullMarked
package qubes.core.internal.system;

import org.jspecify.annotations.NullMarked;
