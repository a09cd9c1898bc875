package qubes.core.error;

/** The domain must be paused for this, and is not. */
public final class QubesVMNotPausedError extends QubesVMNotStartedError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotPausedError(String message) {
        super(message);
    }
}
