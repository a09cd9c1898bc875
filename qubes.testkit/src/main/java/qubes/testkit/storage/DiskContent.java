package qubes.testkit.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import qubes.core.storage.BlockSource;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Volume;

/**
 * The content of a disk, as a guest sees it. Formats other than raw are read and written by QEMU's
 * own tools, which must be installed then. All methods block.
 */
public final class DiskContent {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final HostCommands COMMANDS = HostCommands.ofThisHost();

    private final Path path;
    private final String format;

    private DiskContent(Path path, String format) {
        this.path = path;
        this.format = format;
    }

    /**
     * {@return the disk of a started volume}
     *
     * @param started a volume between start and stop
     */
    public static DiskContent of(Volume started) {
        BlockSource block =
                started.block()
                        .orElseThrow(
                                () -> new AssertionError(started.spec().vid() + " has no disk"));
        return new DiskContent(block.path(), block.format());
    }

    /**
     * {@return a file or block device that holds a disk's content as it is, such as one to import}
     *
     * @param path a file or a block device
     */
    public static DiskContent raw(Path path) {
        return new DiskContent(path, "raw");
    }

    /**
     * Writes {@code text} at {@code offset}, in bytes; it is on the disk when the method returns.
     *
     * @param offset bytes from the beginning of the disk
     * @param text what to write, in ASCII
     */
    public void write(long offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try {
            if (format.equals("raw")) {
                writeRaw(offset, bytes);
                return;
            }
            Path data = Files.createTempFile("disk", ".data");
            try {
                Files.write(data, bytes);
                String write = "write -s " + data + " " + offset + " " + bytes.length;
                COMMANDS.require(
                        "Writing",
                        LIMIT,
                        List.of("qemu-io", "-f", format, "-c", write, path.toString()));
            } finally {
                Files.delete(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@return {@code length} bytes at {@code offset}, as text}
     *
     * @param offset bytes from the beginning of the disk
     * @param length bytes to read
     */
    public String read(long offset, int length) {
        try {
            if (format.equals("raw")) {
                return readRaw(path, offset, length);
            }
            Path data = Files.createTempFile("disk", ".raw");
            try {
                COMMANDS.require(
                        "Reading",
                        LIMIT,
                        List.of(
                                "qemu-img",
                                "convert",
                                "-f",
                                format,
                                "-O",
                                "raw",
                                path.toString(),
                                data.toString()));
                return readRaw(data, offset, length);
            } finally {
                Files.delete(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeRaw(long offset, byte[] bytes) throws IOException {
        try (RandomAccessFile disk = new RandomAccessFile(path.toFile(), "rw")) {
            disk.seek(offset);
            disk.write(bytes);
            disk.getFD().sync();
        }
    }

    private static String readRaw(Path path, long offset, int length) throws IOException {
        try (RandomAccessFile disk = new RandomAccessFile(path.toFile(), "r")) {
            byte[] bytes = new byte[length];
            disk.seek(offset);
            disk.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
