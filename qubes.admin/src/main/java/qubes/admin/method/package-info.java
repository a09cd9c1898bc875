/** The methods, one small class each, in families that read like the tables of spec admin-api. */
@NullMarked
package qubes.admin.method;

import org.jspecify.annotations.NullMarked;
