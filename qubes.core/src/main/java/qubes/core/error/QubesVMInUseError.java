package qubes.core.error;

/** Other domains or settings depend on the domain. */
public final class QubesVMInUseError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesVMInUseError(String message) {
        super(message);
    }
}
