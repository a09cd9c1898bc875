package qubes.core.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system in memory, of one mebibyte. */
final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** True if this process may mount: it is root, and in no container that forbids it. */
    static boolean possible() {
        try (SmallDisk disk = mounted()) {
            return Files.isDirectory(disk.directory());
        } catch (IOException e) {
            return false;
        }
    }

    static SmallDisk mounted() throws IOException {
        Path directory = Files.createTempDirectory("small-disk");
        try {
            run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory.toString());
        } catch (IOException e) {
            Files.delete(directory);
            throw e;
        }
        return new SmallDisk(directory);
    }

    Path directory() {
        return directory;
    }

    void makeReadOnly() throws IOException {
        run("mount", "-o", "remount,ro", directory.toString());
    }

    void makeWritable() throws IOException {
        run("mount", "-o", "remount,rw", directory.toString());
    }

    /** Lets {@code file} stand at {@code path} too, whatever the file system there allows. */
    static Bound bind(Path file, Path path) throws IOException {
        run("mount", "--bind", file.toString(), path.toString());
        return new Bound(path);
    }

    /** A file that stands at a second path until this is closed. */
    record Bound(Path path) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            run("umount", path.toString());
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", directory.toString());
        Files.delete(directory);
    }

    private static void run(String... command) throws IOException {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
