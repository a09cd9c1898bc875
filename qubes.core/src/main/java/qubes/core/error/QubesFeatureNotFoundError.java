package qubes.core.error;

/** The domain has no such feature. */
public final class QubesFeatureNotFoundError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesFeatureNotFoundError(String message) {
        super(message);
    }
}
