package qubes.core.error;

/** The feature is not available here. */
public final class QubesNotImplementedError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesNotImplementedError(String message) {
        super(message);
    }
}
