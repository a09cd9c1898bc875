package qubes.core.error;

/**
 * The bundle that provides the domain's klass is not installed; the domain is kept as it was
 * stored.
 */
public final class QubesVMNotAvailableError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotAvailableError(String message) {
        super(message);
    }
}
