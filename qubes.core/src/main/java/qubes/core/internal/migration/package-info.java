/**
 * What older stores say differently, said as today. Between reading a store and using it; the file
 * changes with the next save only.
 */
@NullMarked
package qubes.core.internal.migration;

import org.jspecify.annotations.NullMarked;
