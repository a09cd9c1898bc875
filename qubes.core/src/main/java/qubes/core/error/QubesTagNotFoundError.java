package qubes.core.error;

/** The domain has no such tag. */
public final class QubesTagNotFoundError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesTagNotFoundError(String message) {
        super(message);
    }
}
