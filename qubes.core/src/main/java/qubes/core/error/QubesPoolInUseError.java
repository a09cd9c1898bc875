package qubes.core.error;

/** The storage pool still holds volumes or is a default. */
public final class QubesPoolInUseError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesPoolInUseError(String message) {
        super(message);
    }
}
