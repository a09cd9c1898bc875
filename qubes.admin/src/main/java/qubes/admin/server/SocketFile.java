package qubes.admin.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;

/**
 * A listening unix socket and its file: mode 0770, group {@code qubes}; the file goes when it is
 * closed.
 */
final class SocketFile implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(SocketFile.class);
    private static final String GROUP = "qubes";
    private static final int BACKLOG = 1024;

    private final Path path;
    private final ServerSocketChannel channel;

    private SocketFile(Path path, ServerSocketChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Listens in a folder, which is made if it is not there. A file that a daemon left behind is
     * replaced.
     *
     * @throws QubesException if somebody listens there, or it cannot be done
     */
    static SocketFile listen(Path directory, String name) {
        Path path = directory.resolve(name);
        try {
            Files.createDirectories(directory);
            refuseUnlessFree(path);
            return new SocketFile(path, bind(path));
        } catch (IOException e) {
            throw new QubesException("cannot listen at " + path + ": " + reason(e), e);
        }
    }

    ServerSocketChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path);
            channel.close();
        } catch (IOException e) {
            log.warn("Socket {} could not be closed", path, e);
        }
    }

    private static void refuseUnlessFree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new QubesException(
                    path + " is there and is no socket; remove it or choose another place");
        }
        if (answers(path)) {
            throw new QubesException(
                    "socket already exists: another daemon listens at "
                            + path
                            + "; stop it or choose another place");
        }
    }

    private static boolean answers(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(path));
        } catch (java.net.ConnectException e) {
            log.info("Replacing the stale socket {}", path);
            return false;
        }
    }

    /**
     * Bound where only the owner can reach it, then given its rights, then put in place: never open
     * to others.
     */
    private static ServerSocketChannel bind(Path path) throws IOException {

        String random =
                Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000));
        Path shelter = path.resolveSibling(".q" + random);
        Files.createDirectory(
                shelter,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Path sheltered = shelter.resolve("s");
            server.bind(UnixDomainSocketAddress.of(sheltered), BACKLOG);
            Files.setPosixFilePermissions(sheltered, PosixFilePermissions.fromString("rwxrwx---"));
            giveToGroup(sheltered);
            Files.move(sheltered, path, StandardCopyOption.ATOMIC_MOVE);
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        } finally {
            Files.deleteIfExists(shelter.resolve("s"));
            Files.deleteIfExists(shelter);
        }
    }

    private static void giveToGroup(Path file) throws IOException {
        try {
            GroupPrincipal group =
                    file.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(GROUP);
            Files.getFileAttributeView(file, PosixFileAttributeView.class).setGroup(group);
        } catch (UserPrincipalNotFoundException e) {
            log.debug("There is no group {}: {} keeps its own", GROUP, file);
        } catch (java.nio.file.FileSystemException e) {
            log.info("{} could not be given to group {}: {}", file, GROUP, e.getReason());
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
