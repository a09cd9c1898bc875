package qubes.core.error;

/** The domain must be started for this, and is powered off. */
public class QubesVMNotStartedError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMNotStartedError(String message) {
        super(message);
    }
}
