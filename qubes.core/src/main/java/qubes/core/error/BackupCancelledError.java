package qubes.core.error;

/** The backup was cancelled before it was complete. */
public final class BackupCancelledError extends QubesException {
    private static final long serialVersionUID = 1L;

    /** The backup was cancelled. */
    public BackupCancelledError() {
        super("Backup cancelled");
    }
}
