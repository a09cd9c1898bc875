package qubes.core.error;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Storage failed or refuses. */
public final class StoragePoolException extends QubesException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was asked, what is the case, what to do
     */
    public StoragePoolException(String message) {
        super(message);
    }

    /**
     * @param message what was asked, what is the case, what to do
     * @param cause for the log, never sent
     */
    public StoragePoolException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * {@return the refusal that an I/O failure makes, in words without host paths}
     *
     * @param what what was being done, such as {@code "Commit of volume appvms/work/private"}
     * @param cause the failure
     */
    public static StoragePoolException because(String what, IOException cause) {
        return new StoragePoolException(what + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "a file is missing";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        if (cause instanceof FileSystemException failure) {
            return failure.getReason() == null
                    ? failure.getClass().getSimpleName()
                    : failure.getReason();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
