package qubes.core.error;

/** No backup profile has that name. */
public final class QubesBackupProfileNotFoundError extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param name what the caller gave
     */
    public QubesBackupProfileNotFoundError(String name) {
        super("Backup profile does not exist: " + name);
    }
}
