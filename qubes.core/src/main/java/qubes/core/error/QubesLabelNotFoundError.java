package qubes.core.error;

/** No label of that name or index. */
public final class QubesLabelNotFoundError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param name what the caller gave
     */
    public QubesLabelNotFoundError(String name) {
        super("Label does not exist: " + name);
    }
}
