package qubes.core.error;

/** The template of a domain is missing. */
public final class QubesNoTemplateError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesNoTemplateError(String message) {
        super(message);
    }
}
