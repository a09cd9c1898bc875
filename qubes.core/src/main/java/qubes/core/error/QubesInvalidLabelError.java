package qubes.core.error;

/** A label name breaks the label syntax. */
public final class QubesInvalidLabelError extends ProtocolError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesInvalidLabelError(String message) {
        super(message);
    }
}
