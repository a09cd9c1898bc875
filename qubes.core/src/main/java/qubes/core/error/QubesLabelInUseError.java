package qubes.core.error;

/** The label exists already, or is still used. */
public final class QubesLabelInUseError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesLabelInUseError(String message) {
        super(message);
    }
}
