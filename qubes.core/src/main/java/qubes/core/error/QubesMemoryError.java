package qubes.core.error;

/** There is not enough memory to start the domain. */
public final class QubesMemoryError extends QubesVMError {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public QubesMemoryError(String message) {
        super(message);
    }
}
