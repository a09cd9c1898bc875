package qubes.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import qubes.core.storage.HostCommands;
import qubes.core.storage.HostCommands.Outcome;

/**
 * Copies images, sharing their blocks where the filesystem can. The JDK has no FICLONE; {@code cp}
 * does it in a few milliseconds, whatever the size.
 */
final class ImageCopy {
    /**
     * A copy that shares nothing moves all data; a slow disk may need this long for a large image.
     */
    private static final Duration LIMIT = Duration.ofHours(4);

    private static final String NOT_SUPPORTED = "Operation not supported";

    /** What FICLONE fails with where a plain copy can do (EOPNOTSUPP, EXDEV, EINVAL, EBADF). */
    private static final Set<String> CANNOT_SHARE =
            Set.of(
                    NOT_SUPPORTED,
                    "Invalid cross-device link",
                    "Invalid argument",
                    "Bad file descriptor");

    private final HostCommands commands;
    private volatile boolean
            sharingNotSupported; // the pool's filesystem said so: do not ask it again

    ImageCopy(HostCommands commands) {
        this.commands = commands;
    }

    /**
     * Replaces {@code target} by a copy of {@code source}.
     *
     * @param size length of the copy, cut or filled up with zeroes; absent for that of the source
     * @param keepTime true to give the copy the source's time of modification
     * @return true if the two share their blocks now
     */
    boolean copy(
            Path source,
            Path target,
            Set<PosixFilePermission> mode,
            OptionalLong size,
            boolean keepTime)
            throws IOException {
        boolean[] shared = {false};
        DurableFiles.replace(
                target,
                mode,
                unfinished -> {
                    if (!size.equals(OptionalLong.of(0))) {
                        shared[0] = share(source, unfinished) || copyData(source, unfinished);
                    }
                    if (size.isPresent()) {
                        DurableFiles.setLength(unfinished, size.getAsLong());
                    }
                    if (keepTime) {
                        Files.setLastModifiedTime(unfinished, Files.getLastModifiedTime(source));
                    }
                });
        return shared[0];
    }

    /** True if the filesystem of {@code directory} can share blocks; leaves no trace. */
    boolean canShareIn(Path directory) throws IOException {
        Path original = Files.createTempFile(directory, "reflink", DurableFiles.UNFINISHED);
        Path clone = Files.createTempFile(directory, "reflink", DurableFiles.UNFINISHED);
        try {
            Files.writeString(original, "shared?");
            return share(original, clone);
        } finally {
            Files.delete(original);
            Files.delete(clone);
        }
    }

    private boolean share(Path source, Path target) throws IOException {
        if (sharingNotSupported) {
            return false;
        }
        Outcome outcome =
                commands.run(
                        LIMIT,
                        List.of(
                                "cp",
                                "--reflink=always",
                                "--",
                                source.toString(),
                                target.toString()));
        if (outcome.succeeded()) {
            return true;
        }
        if (!CANNOT_SHARE.contains(outcome.reason())) {
            throw new IOException(outcome.reason());
        }
        sharingNotSupported = outcome.reason().equals(NOT_SUPPORTED);
        return false;
    }

    private boolean copyData(Path source, Path target) throws IOException {
        Outcome outcome =
                commands.run(
                        LIMIT,
                        List.of(
                                "cp",
                                "--reflink=never",
                                "--sparse=always",
                                "--",
                                source.toString(),
                                target.toString()));
        if (!outcome.succeeded()) {
            throw new IOException(outcome.reason());
        }
        return false;
    }
}
