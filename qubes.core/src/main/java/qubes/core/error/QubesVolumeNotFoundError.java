package qubes.core.error;

import java.util.NoSuchElementException;

/**
 * The domain or the pool has no volume of that name; clients are never told, the connection ends
 * without an answer.
 */
public final class QubesVolumeNotFoundError extends NoSuchElementException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked and is not there, for the log
     */
    public QubesVolumeNotFoundError(String message) {
        super(message);
    }
}
