package qubes.core.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is written whole and made durable under a temporary name beside its target, then
 * takes the target's name in one step. Closed before that, it leaves nothing behind.
 */
final class NewFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NewFile.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RANDOM_BYTES = 10;
    private static final Pattern RANDOM_TEXT = Pattern.compile("[0-9a-f]{20}");
    private static final String GROUP = "qubes";
    private static final String STORE_MODE = "rw-rw----";

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final FileIdentity identity;
    private boolean published;

    private NewFile(Path target, List<byte[]> content, String mode) throws IOException {
        this.target = target;
        temporary = target.resolveSibling(target.getFileName() + "~" + randomText());
        channel =
                FileChannel.open(
                        temporary,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        boolean written = false;
        try {
            fill(content);
            shareWithGroup(mode);
            channel.force(true);
            if (channel.tryLock() == null) {
                throw new IOException("Somebody locked a file that was just made");
            }
            identity = FileIdentity.at(temporary);
            written = true;
        } finally {
            if (!written) {
                close();
            }
        }
    }

    /**
     * Writes {@code content} under a temporary name, waits until it is on disk, and locks it.
     * Blocks while the disk does.
     *
     * @throws IOException if that fails; nothing is left behind then
     */
    static NewFile write(Path target, List<byte[]> content) throws IOException {
        return new NewFile(target, content, STORE_MODE);
    }

    /**
     * As {@link #write(Path, List)}, with other permissions.
     *
     * @param mode who may do what, as in {@code rw-rw-r--}
     */
    static NewFile write(Path target, byte[] content, String mode) throws IOException {
        return new NewFile(target, List.of(content), mode);
    }

    /** The file, under either name. */
    FileIdentity identity() {
        return identity;
    }

    /**
     * Takes the target's name from whatever has it. The channel holds the exclusive lock and is the
     * caller's to close.
     */
    FileChannel replaceTarget() throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        published = true;
        return channel;
    }

    /**
     * Takes the target's name for good if nothing has it. The channel holds the exclusive lock and
     * is the caller's to close.
     *
     * @throws java.nio.file.FileAlreadyExistsException if something has it
     */
    FileChannel becomeTarget() throws IOException {
        Files.createLink(target, temporary);
        try {
            Files.delete(temporary);
            syncDirectoryOf(target);
        } catch (IOException e) {
            Files.delete(target);
            throw e;
        }
        published = true;
        return channel;
    }

    /** Makes the directory remember the new name. Blocks while the disk does. */
    static void syncDirectoryOf(Path target) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    /** Removes what writers left behind that were killed. Only for who holds the target's lock. */
    static void removeLeftovers(Path target) throws IOException {
        Path directory = target.toAbsolutePath().getParent();
        if (directory == null) {
            return;
        }
        String prefix = target.getFileName() + "~";
        try (var found =
                Files.newDirectoryStream(
                        directory,
                        entry -> {
                            String name = String.valueOf(entry.getFileName());
                            return name.startsWith(prefix)
                                    && RANDOM_TEXT
                                            .matcher(name.substring(prefix.length()))
                                            .matches();
                        })) {
            for (Path leftover : found) {
                Files.deleteIfExists(leftover);
                log.info(
                        "Removed {}, left behind by a save that was cut short",
                        leftover.getFileName());
            }
        }
    }

    /** Removes the file unless it has its target's name. */
    @Override
    public void close() {
        if (published) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("A temporary file does not close", e);
        }
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            log.warn("{} cannot be removed; remove it by hand", temporary.getFileName(), e);
        }
    }

    private static String randomText() {
        byte[] random = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private void fill(List<byte[]> content) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        for (byte[] piece : content) {
            int done = 0;
            while (done < piece.length) {
                int part = Math.min(buffer.remaining(), piece.length - done);
                buffer.put(piece, done, part);
                done += part;
                if (!buffer.hasRemaining()) {
                    drain(buffer);
                }
            }
        }
        drain(buffer);
    }

    private void drain(ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    /** Gives the file to the group that may read it, where there is one. */
    private void shareWithGroup(String mode) {
        PosixFileAttributeView view =
                Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        try {
            if (Group.QUBES.isPresent()) {
                view.setGroup(Group.QUBES.get());
            }
        } catch (IOException e) {
            log.debug("The file stays with the daemon's group, {} is not ours to give", GROUP, e);
        }
        try {
            view.setPermissions(PosixFilePermissions.fromString(mode));
        } catch (IOException e) {
            log.debug("The file system keeps its own permissions", e);
        }
    }

    /** The group that may read stores, looked up once, because that reads a dozen files. */
    private static final class Group {
        static final Optional<GroupPrincipal> QUBES = find();

        private static Optional<GroupPrincipal> find() {
            try {
                return Optional.of(
                        FileSystems.getDefault()
                                .getUserPrincipalLookupService()
                                .lookupPrincipalByGroupName(GROUP));
            } catch (IOException e) {
                log.debug("There is no group {}, files stay with the daemon's", GROUP, e);
                return Optional.empty();
            }
        }
    }
}
