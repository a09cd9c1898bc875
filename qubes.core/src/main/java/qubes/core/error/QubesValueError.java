package qubes.core.error;

/** A value is not allowed. */
public class QubesValueError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesValueError(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public QubesValueError(String message, Throwable cause) {
        super(message, cause);
    }
}
