package qubes.core.admin;

/**
 * A request so malformed that the original drops the connection without a word, and so does this
 * daemon. The caller's fault, logged in one line.
 */
public final class Unanswerable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong, for the log
     */
    public Unanswerable(String message) {
        super(message);
    }
}
