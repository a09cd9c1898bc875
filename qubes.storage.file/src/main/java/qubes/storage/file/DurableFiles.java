package qubes.storage.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Changes of image files that survive a crash: a file is complete before it gets its name, and a
 * name that was given or taken stays so.
 */
final class DurableFiles {
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    static final Set<PosixFilePermission> GROUP_WRITABLE =
            PosixFilePermissions.fromString("rw-rw-r--");

    /**
     * Mark between the name of a file and what makes the name of its unfinished successor unique.
     */
    static final String UNFINISHED = "~";

    /** Fills a new, empty file. */
    @FunctionalInterface
    interface Filler {
        void fill(Path file) throws IOException;
    }

    private DurableFiles() {}

    /** Gives {@code target} new content at once or, if anything fails, leaves it as it was. */
    static void replace(Path target, Set<PosixFilePermission> mode, Filler filler)
            throws IOException {
        Files.createDirectories(directoryOf(target));
        String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
        Path unfinished = target.resolveSibling(target.getFileName() + UNFINISHED + random);
        try {
            Files.createFile(unfinished);
            Files.setPosixFilePermissions(unfinished, mode); // whatever the umask
            filler.fill(unfinished);
            sync(unfinished);
            rename(unfinished, target);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** Makes {@code target} a file of {@code bytes} zeroes that takes no space. */
    static void replaceBySparse(Path target, Set<PosixFilePermission> mode, long bytes)
            throws IOException {
        replace(target, mode, unfinished -> setLength(unfinished, bytes));
    }

    /** Renames, over what is there. */
    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectoryOf(to);
    }

    /** Gives the file {@code existing} the further name {@code link}, which must be free. */
    static void link(Path existing, Path link) throws IOException {
        Files.createDirectories(directoryOf(link));
        Files.createLink(link, existing);
        syncDirectoryOf(link);
    }

    /** Deletes a file that may not be there. */
    static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncDirectoryOf(file);
        }
    }

    /** Cuts or extends a file; what is added reads as zeroes and takes no space. */
    static void setLength(Path file, long bytes) throws IOException {
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
            image.setLength(bytes);
        }
    }

    /** Waits until a file's data is on the disk. */
    static void sync(Path file) throws IOException {
        try (FileChannel image = FileChannel.open(file, StandardOpenOption.WRITE)) {
            image.force(true);
        }
    }

    private static void syncDirectoryOf(Path file) throws IOException {
        try (FileChannel directory = FileChannel.open(directoryOf(file), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static Path directoryOf(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IllegalArgumentException("no directory: " + file);
        }
        return directory;
    }
}
