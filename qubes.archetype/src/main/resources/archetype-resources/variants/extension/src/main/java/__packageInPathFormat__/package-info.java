/** A house rule: small qubes, and a tag on all of them. */
@NullMarked
package ${package};

import org.jspecify.annotations.NullMarked;
