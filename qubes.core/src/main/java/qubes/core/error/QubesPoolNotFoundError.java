package qubes.core.error;

import java.util.NoSuchElementException;

/** No storage pool has that name; clients are never told, the connection ends without an answer. */
public final class QubesPoolNotFoundError extends NoSuchElementException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked and is not there, for the log
     */
    public QubesPoolNotFoundError(String message) {
        super(message);
    }
}
