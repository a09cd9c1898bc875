package qubes.core.internal.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import qubes.core.error.QubesException;

/**
 * A small file in a domain's folder, readable by everybody. It is replaced in one step: whoever
 * looks finds the old content or the new one, whole. Writers of one file keep each other away; all
 * methods block while the disk does.
 *
 * @param path where it is, or will be
 * @param most bytes that it may have
 */
public record DomainFile(Path path, int most) {
    private static final String MODE = "rw-rw-r--";

    /** True if there is something of that name. */
    public boolean exists() {
        return Files.exists(path);
    }

    /**
     * The content; absent if there is no file.
     *
     * @param failure what is said, in front of the reason, if it cannot be read
     * @throws QubesException if it cannot be read, or is no file, or too large
     */
    public Optional<byte[]> read(String failure) {
        try {
            // a pipe or device could block for ever
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                throw new QubesException(failure + ": it is not a file");
            }
            try (InputStream in = Files.newInputStream(path)) {
                byte[] content = in.readNBytes(most + 1);
                requireSize(content, failure);
                return Optional.of(content);
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new QubesException(failure + ": " + StoreErrors.reason(e), e);
        }
    }

    /**
     * Replaces the content, or makes the file, and returns once that is on disk. A thread that was
     * interrupted before is still so after.
     *
     * @param failure what is said, in front of the reason, if it cannot be written
     * @throws QubesException if the disk refuses, or it is too large; the file is then as it was,
     *     but if only its folder could not be made durable, when it is the new one
     */
    public void replace(byte[] content, String failure) {
        requireSize(content, failure);
        boolean interrupted = Thread.interrupted(); // would close the channels
        try {
            NewFile.removeLeftovers(path);
            try (NewFile fresh = NewFile.write(path, content, MODE)) {
                fresh.replaceTarget().close();
            }
            NewFile.syncDirectoryOf(path);
        } catch (IOException e) {
            throw new QubesException(failure + ": " + reason(e), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String reason(IOException e) {
        Path folder = path.getParent();
        return e instanceof NoSuchFileException && folder != null && !Files.exists(folder)
                ? "the domain's folder is not there"
                : StoreErrors.reason(e);
    }

    private void requireSize(byte[] content, String failure) {
        if (content.length > most) {
            throw new QubesException(failure + ": it is larger than " + most + " bytes");
        }
    }
}
