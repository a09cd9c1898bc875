/** Klass ${name}VM: a qube that has something to say. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
