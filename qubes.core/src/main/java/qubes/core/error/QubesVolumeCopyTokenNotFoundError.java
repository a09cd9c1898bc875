package qubes.core.error;

/** The token of a volume copy is unknown or used. */
public final class QubesVolumeCopyTokenNotFoundError extends ProtocolError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVolumeCopyTokenNotFoundError(String message) {
        super(message);
    }
}
