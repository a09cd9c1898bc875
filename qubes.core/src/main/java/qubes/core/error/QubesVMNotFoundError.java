package qubes.core.error;

/** No domain of that name or uuid. */
public final class QubesVMNotFoundError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param designator what the caller gave, shown quoted
     */
    public QubesVMNotFoundError(String designator) {
        super("No such domain: " + Repr.quote(designator));
    }
}
