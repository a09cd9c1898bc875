/** Storage driver ${artifactId}: volumes as files in a directory, copied at start. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
