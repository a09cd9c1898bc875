package qubes.core.error;

/** The name of a domain to create is taken. */
public final class QubesVMAlreadyExistsError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param name what the caller gave
     */
    public QubesVMAlreadyExistsError(String name) {
        super("Qube already exists: " + name);
    }
}
