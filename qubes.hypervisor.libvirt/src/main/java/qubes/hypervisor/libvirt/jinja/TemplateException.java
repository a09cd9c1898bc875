package qubes.hypervisor.libvirt.jinja;

/**
 * A template that cannot be read or rendered. The message names the template, the line and the
 * fault.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TemplateException(String message) {
        super(message);
    }

    private TemplateException(String message, TemplateException cause) {
        super(message, cause);
    }

    /** This fault with the place it was met at, unless it has one. */
    TemplateException at(String template, int line) {
        return getCause() instanceof TemplateException
                ? this
                : new TemplateException(template + ", line " + line + ": " + getMessage(), this);
    }
}
