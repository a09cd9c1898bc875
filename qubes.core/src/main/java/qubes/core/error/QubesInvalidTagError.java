package qubes.core.error;

/** A tag breaks the tag syntax. */
public final class QubesInvalidTagError extends ProtocolError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesInvalidTagError(String message) {
        super(message);
    }
}
