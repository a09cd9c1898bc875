package qubes.core.error;

/** The domain must be halted for this, and is not. */
public final class QubesVMNotHaltedError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotHaltedError(String message) {
        super(message);
    }
}
