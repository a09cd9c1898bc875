package qubes.testkit.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qubes.core.storage.HostCommands;

/** A filesystem of a test's own, mounted until it is closed. Needs the rights of root. */
public final class ScratchFilesystem implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final HostCommands COMMANDS = HostCommands.ofThisHost();
    private static final long SMALLEST_XFS = 512L << 20;

    private final Path mountPoint;
    private final @Nullable Path image;

    private ScratchFilesystem(Path mountPoint, @Nullable Path image) {
        this.mountPoint = mountPoint;
        this.image = image;
    }

    /**
     * {@return an XFS that can share blocks between files, of half a gibibyte; needs a free loop
     * device and xfsprogs}
     *
     * @throws IOException if the files cannot be read or written
     */
    public static ScratchFilesystem xfs() throws IOException {
        Path image = Files.createTempFile("scratch", ".xfs");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SMALLEST_XFS);
        }
        run("mkfs.xfs", "-q", "-m", "reflink=1", image.toString());
        Path mountPoint = Files.createTempDirectory("scratch-xfs");
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        return new ScratchFilesystem(mountPoint, image);
    }

    /**
     * {@return a filesystem in memory that can hold {@code bytes} and cannot share blocks between
     * files}
     *
     * @param bytes its size
     * @throws IOException if the files cannot be read or written
     */
    public static ScratchFilesystem memory(long bytes) throws IOException {
        Path mountPoint = Files.createTempDirectory("scratch-tmpfs");
        run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "scratch", mountPoint.toString());
        return new ScratchFilesystem(mountPoint, null);
    }

    /** {@return where it is mounted} */
    public Path root() {
        return mountPoint;
    }

    /**
     * {@return bytes that still fit}
     *
     * @throws IOException if the files cannot be read or written
     */
    public long freeBytes() throws IOException {
        return Files.getFileStore(mountPoint).getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        run("umount", mountPoint.toString());
        Files.delete(mountPoint);
        if (image != null) {
            Files.delete(image);
        }
    }

    private static void run(String... command) {
        COMMANDS.require(command[0], LIMIT, List.of(command));
    }
}
