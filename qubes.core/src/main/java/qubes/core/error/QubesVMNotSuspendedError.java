package qubes.core.error;

/** The domain must be suspended for this, and is not. */
public final class QubesVMNotSuspendedError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotSuspendedError(String message) {
        super(message);
    }
}
