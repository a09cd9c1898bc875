package qubes.core.error;

/** The caller may not do this. Sent to the client, logged as a warning. */
public final class PermissionDenied extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public PermissionDenied(String message) {
        super(message);
    }
}
