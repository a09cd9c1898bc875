/** What operators measure: instruments, and where they are read in Prometheus' text format. */
@NullMarked
package qubes.admin.metrics;

import org.jspecify.annotations.NullMarked;
