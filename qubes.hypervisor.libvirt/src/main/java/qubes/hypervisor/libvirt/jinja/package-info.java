/**
 * Templates in Jinja syntax, as Qubes OS has them: undefined variables are errors, and all output
 * but the template's own text is escaped.
 *
 * <p>Written for this bundle because users bring templates written for Python's Jinja2: they rely
 * on keyword arguments, on None being a value and not "undefined", and on Python's string methods.
 * No reflection: a template sees of our objects what a {@link Visible} shows it, and nothing else.
 * Left out of Jinja2: {@code autoescape}, {@code call}, {@code trans} and extension tags, {@code
 * import} with context, recursive loops, and a few filters; using one is an error that names it.
 */
@NullMarked
package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.NullMarked;
