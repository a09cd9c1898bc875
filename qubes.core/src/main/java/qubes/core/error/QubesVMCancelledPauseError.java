package qubes.core.error;

/** A pause was given up because the domain was asked for meanwhile. */
public final class QubesVMCancelledPauseError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMCancelledPauseError(String message) {
        super(message);
    }
}
