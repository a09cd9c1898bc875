package qubes.core.error;

/** The holder has no property of that name. */
public final class QubesNoSuchPropertyError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesNoSuchPropertyError(String message) {
        super(message);
    }
}
