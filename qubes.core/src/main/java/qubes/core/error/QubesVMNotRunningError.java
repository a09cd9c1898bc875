package qubes.core.error;

/** The domain must be running for this, and is powered off or paused. */
public final class QubesVMNotRunningError extends QubesVMNotStartedError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotRunningError(String message) {
        super(message);
    }
}
