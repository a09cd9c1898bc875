package qubes.core.error;

/** The {@code uuid:} designator of a request is malformed. */
public final class QubesVMInvalidUUIDError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param designator what the caller gave, shown quoted
     */
    public QubesVMInvalidUUIDError(String designator) {
        super("VM UUID is not valid: " + Repr.quote(designator));
    }
}
