package qubes.core.error;

/** A backup by the same profile runs already. */
public final class BackupAlreadyRunningError extends QubesException {
    private static final long serialVersionUID = 1L;

    /** The backup runs already. */
    public BackupAlreadyRunningError() {
        super("Backup already running");
    }
}
