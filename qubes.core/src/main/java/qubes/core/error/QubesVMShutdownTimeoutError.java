package qubes.core.error;

/** The domain did not shut down in time. */
public final class QubesVMShutdownTimeoutError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMShutdownTimeoutError(String message) {
        super(message);
    }
}
