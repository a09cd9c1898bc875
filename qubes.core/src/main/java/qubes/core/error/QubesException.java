package qubes.core.error;

/**
 * A failure that may be shown to the user: the message says what was asked, what is the case and
 * what to do, and never contains host paths, command lines or secrets. Anything else that escapes
 * is a bug.
 */
public class QubesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesException(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public QubesException(String message, Throwable cause) {
        super(message, cause);
    }
}
