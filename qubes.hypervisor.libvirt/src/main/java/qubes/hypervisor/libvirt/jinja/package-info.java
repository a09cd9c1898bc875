/**
 * Templates in Jinja syntax, as Qubes OS has them: undefined variables are errors, and all output
 * but the template's own text is escaped.
 *
 * <p>jinjava parses and renders. What is here makes it mean what Jinja2 means where users of Qubes
 * OS rely on it: None is a value and not "undefined", texts have Python's methods, XML stays apart
 * from text that must be escaped, blocks are rendered where they stand. No reflection: a template
 * sees of our objects what a {@link Visible} shows it, and nothing else; a value is never rendered.
 * The bundle's README lists what differs from Jinja2 all the same.
 *
 * <p>Who uses this package meets {@link Jinja}, {@link Visible}, {@link Callable}, {@link
 * Arguments}, {@link Undefined} and {@link TemplateException}; the rest is loaded, and the library
 * with it, at the first rendering.
 */
@NullMarked
package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.NullMarked;
