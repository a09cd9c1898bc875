/** A method of the Admin API, ${artifactId}.Greet. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
