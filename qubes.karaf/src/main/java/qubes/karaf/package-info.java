/**
 * Writes the features repository for Apache Karaf from the resolved set of bundles, at each build.
 */
@NullMarked
package qubes.karaf;

import org.jspecify.annotations.NullMarked;
