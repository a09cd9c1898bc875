package qubes.core.error;

/** A property refuses the value. */
public final class QubesPropertyValueError extends QubesValueError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesPropertyValueError(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public QubesPropertyValueError(String message, Throwable cause) {
        super(message, cause);
    }
}
