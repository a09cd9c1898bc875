package qubes.core.error;

/** A domain is in a state, or of a kind, that does not allow what was asked. */
public class QubesVMError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMError(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public QubesVMError(String message, Throwable cause) {
        super(message, cause);
    }
}
