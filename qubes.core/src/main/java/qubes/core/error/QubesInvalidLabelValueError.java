package qubes.core.error;

/** A label colour breaks the colour syntax. */
public final class QubesInvalidLabelValueError extends ProtocolError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesInvalidLabelValueError(String message) {
        super(message);
    }
}
