/** Devices of class ${artifactId}: one for each file in a folder. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
