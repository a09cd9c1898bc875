package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.Nullable;

/**
 * A template that cannot be read or rendered. The message names the template, the line and the
 * fault, in one line; the cause is what a {@link Visible} threw, if it was that.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fault;
    private final @Nullable RuntimeException thrown;
    private final boolean placed;

    TemplateException(String fault) {
        this(fault, null);
    }

    TemplateException(String fault, @Nullable RuntimeException thrown) {
        // on its way out, jinjava takes the message, and that of a cause, for a format
        super(fault.replace("%", "%%"));
        this.fault = fault;
        this.thrown = thrown;
        this.placed = false;
    }

    private TemplateException(String template, int line, TemplateException met) {
        super(template + ", line " + line + ": " + met.fault, met.thrown);
        this.fault = met.fault;
        this.thrown = met.thrown;
        this.placed = true;
    }

    /** This fault with the place it was met at, unless it has one. */
    TemplateException at(String template, int line) {
        return placed ? this : new TemplateException(template, line, this);
    }
}
