package qubes.core.error;

/** A malformed request: the caller's bug. Sent to the client, logged as a warning. */
public class ProtocolError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public ProtocolError(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public ProtocolError(String message, Throwable cause) {
        super(message, cause);
    }
}
