/** Benchmarks against the goals; not shipped. */
@NullMarked
package qubes.bench;

import org.jspecify.annotations.NullMarked;
