package qubes.core.internal.store;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.Repr;
import qubes.core.state.SystemState;

/**
 * The file of a store, locked from opening to closing. A save replaces it in one step: whoever
 * looks finds the old store or the new one, whole. The lock is the original's, an exclusive POSIX
 * record lock, so that neither a second daemon of ours nor one of the original's runs on the same
 * store.
 *
 * <p><b>Nothing else in this process may open the file</b>: closing any handle of a file drops the
 * locks that the process has on it. Read it through {@link #content}.
 *
 * <p>Messages call the store by its file name, never by its path. Safe for use by several threads.
 */
public final class StoreFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StoreFile.class);

    /** Times a file may be replaced under our hands while it is opened. */
    private static final int ATTEMPTS = 100;

    /** Stores that are open in this process, which its own locks do not keep apart. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path store;
    private final String name;
    private FileChannel held; // open and locked
    private FileIdentity known; // as it was when it was last loaded or saved

    private StoreFile(Path store, FileChannel held, FileIdentity known) {
        this.store = store;
        this.name = name(store);
        this.held = held;
        this.known = known;
    }

    /**
     * Opens and locks a store that is there. Does not wait for a lock.
     *
     * @throws QubesException if it is not there, is no file, is used by another daemon, or cannot
     *     be written
     */
    public static StoreFile open(Path store) {
        String name = name(store);
        try {
            Path file = store.toRealPath();
            if (!Files.isRegularFile(file)) {
                throw new QubesException(name + " is not a file");
            }
            return claimed(file, () -> open(file, name));
        } catch (NoSuchFileException e) {
            throw new QubesException(
                    name + " is not there; create a new store or name another one", e);
        } catch (IOException e) {
            throw new QubesException(
                    name + " cannot be opened for writing: " + StoreErrors.reason(e), e);
        }
    }

    /**
     * Makes a new store, durable and locked.
     *
     * @param content as of {@link StoreWriter#write(SystemState)}
     * @throws QubesException if something of that name is there, or it cannot be written; nothing
     *     changed then
     */
    public static StoreFile create(Path store, List<byte[]> content) {
        String name = name(store);
        try {
            Path directory = store.toAbsolutePath().getParent();
            Path file =
                    directory == null ? store : directory.toRealPath().resolve(store.getFileName());
            return claimed(
                    file,
                    () -> {
                        try (NewFile fresh = NewFile.write(file, content)) {
                            return new StoreFile(file, fresh.becomeTarget(), fresh.identity());
                        }
                    });
        } catch (FileAlreadyExistsException e) {
            throw new QubesException(name + " is there already; nothing was overwritten", e);
        } catch (NoSuchFileException e) {
            throw new QubesException(name + " cannot be created: its directory is not there", e);
        } catch (IOException e) {
            throw new QubesException(name + " cannot be created: " + StoreErrors.reason(e), e);
        }
    }

    /** File name of the store. */
    public String name() {
        return name;
    }

    /**
     * What the file holds. Blocks while the disk does.
     *
     * @throws QubesException if it cannot be read or understood
     */
    public synchronized SystemState read(StoreReader reader) {
        try {
            known = FileIdentity.at(store);
            held.position(0);
            return reader.read(Channels.newInputStream(held), name); // which stays open
        } catch (IOException e) {
            throw new QubesException(name + " cannot be read: " + StoreErrors.reason(e), e);
        }
    }

    /**
     * The bytes of the file, for a copy. Blocks while the disk does.
     *
     * @throws QubesException if it cannot be read
     */
    public synchronized byte[] content() {
        try {
            held.position(0);
            return Channels.newInputStream(held).readAllBytes();
        } catch (IOException e) {
            throw new QubesException(name + " cannot be read: " + StoreErrors.reason(e), e);
        }
    }

    /**
     * Replaces the file. Returns once the new one is on disk; a thread that was interrupted before
     * is still so after, but one that is interrupted meanwhile fails the save.
     *
     * @param content as of {@link StoreWriter#write(SystemState)}
     * @throws QubesException if someone else changed the file since it was loaded or saved, or if
     *     the disk refuses. The file is then as it was, but if only its directory could not be made
     *     durable, when it is the new one
     */
    public synchronized void save(List<byte[]> content) {
        boolean interrupted = Thread.interrupted(); // would close the channels
        try {
            requireUnchanged();
            replace(content);
            NewFile.syncDirectoryOf(store);
        } catch (IOException e) {
            throw new QubesException(name + " cannot be saved: " + StoreErrors.reason(e), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Lets others use the store. */
    @Override
    public synchronized void close() {
        try {
            held.close();
        } catch (IOException e) {
            log.warn("{} does not close", name, e);
        } finally {
            OPEN.remove(store);
        }
    }

    private void replace(List<byte[]> content) throws IOException {
        try (NewFile fresh = NewFile.write(store, content)) {
            FileChannel old = held;
            held = fresh.replaceTarget(); // locked before it has the name: at no time is the
            // store free
            known = fresh.identity();
            old.close();
        }
    }

    private void requireUnchanged() throws IOException {
        Optional<FileIdentity> now = Optional.empty();
        try {
            now = Optional.of(FileIdentity.at(store));
        } catch (NoSuchFileException e) {
            log.warn("{} was removed by someone else; writing it again", name);
        }
        if (now.isPresent() && !now.get().sameContent(known)) {
            throw new QubesException(
                    "Someone else modified "
                            + name
                            + " in the meantime; nothing was saved. Restart the daemon to load what is there now");
        }
    }

    private interface Opening {
        StoreFile open() throws IOException;
    }

    /** Keeps a second user in this process away before it opens the file. */
    private static StoreFile claimed(Path file, Opening opening) throws IOException {
        if (!OPEN.add(file)) {
            throw inUse(name(file));
        }
        boolean opened = false;
        try {
            StoreFile store = opening.open();
            opened = true;
            return store;
        } finally {
            if (!opened) {
                OPEN.remove(file);
            }
        }
    }

    /**
     * Opens what stands at {@code file} and locks it. The file may be replaced by another daemon's
     * save between the two; then what we locked is a file without a name, so we look again and find
     * the new one locked.
     */
    private static StoreFile open(Path file, String name) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            FileIdentity before = FileIdentity.at(file);
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean kept = false;
            try {
                requireLock(channel, name);
                FileIdentity after = FileIdentity.at(file);
                if (after.equals(before)) {
                    requireWritableDirectory(file, name);
                    NewFile.removeLeftovers(file);
                    kept = true;
                    return new StoreFile(file, channel, after);
                }
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
        throw inUse(name);
    }

    private static void requireLock(FileChannel channel, String name) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw inUse(name);
        }
    }

    private static void requireWritableDirectory(Path file, String name) {
        Path directory = file.getParent();
        if (directory != null && !Files.isWritable(directory)) {
            throw new QubesException(
                    name
                            + " cannot be saved: its directory is not writable, and a save makes a new file there");
        }
    }

    private static QubesException inUse(String name) {
        return new QubesException(name + " is in use by another daemon; stop that one first");
    }

    /** The file name, safe to print. */
    private static String name(Path store) {
        Path last = store.getFileName();
        String quoted = Repr.quote(String.valueOf(last));
        return quoted.substring(1, quoted.length() - 1);
    }
}
