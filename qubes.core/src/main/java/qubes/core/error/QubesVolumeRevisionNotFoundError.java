package qubes.core.error;

import java.util.NoSuchElementException;

/**
 * The volume has no such revision; clients are never told, the connection ends without an answer.
 */
public final class QubesVolumeRevisionNotFoundError extends NoSuchElementException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked and is not there, for the log
     */
    public QubesVolumeRevisionNotFoundError(String message) {
        super(message);
    }
}
