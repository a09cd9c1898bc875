package qubes.testkit.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Revision;

/**
 * The volumes of one pool in memory, and their content as sparse files. What was never written has
 * no file. Who looks at or changes it holds its monitor.
 */
final class MemoryDisks {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final HostCommands COMMANDS = HostCommands.ofThisHost();

    private final Path folder;
    private final Map<String, Committed> committed = new TreeMap<>(); // vid to what persists
    private final Map<String, Path> running = new HashMap<>(); // vid to what the guest writes to
    private final Map<String, Integer> seen = new HashMap<>(); // vid to version that it was made of
    private int lastId;

    /**
     * A committed state.
     *
     * @param file its content; absent for zeroes
     */
    record Content(Optional<Path> file, long bytes) {}

    /** An earlier state. */
    record Earlier(Revision revision, Content content) {}

    /** A volume that persists. */
    static final class Committed {
        Content content;
        int version;
        final List<Earlier> earlier = new ArrayList<>(); // oldest first
        @Nullable Path incoming; // what an import that has begun is written to

        Committed(Content content) {
            this.content = content;
        }
    }

    MemoryDisks(Path folder) {
        this.folder = folder;
    }

    synchronized List<String> vids() {
        return List.copyOf(committed.keySet());
    }

    synchronized long usageBytes() {
        return committed.keySet().stream().mapToLong(this::usageBytes).sum();
    }

    /** As if no file was sparse. */
    synchronized long usageBytes(String vid) {
        Committed of = committed.get(vid);
        long bytes = running.containsKey(vid) ? length(running.get(vid)) : 0;
        if (of != null) {
            bytes += usage(of.content);
            for (Earlier one : of.earlier) {
                bytes += usage(one.content());
            }
        }
        return bytes;
    }

    private static long usage(Content content) {
        return content.file().isPresent() ? content.bytes() : 0;
    }

    /** The volume that persists under that vid. */
    Optional<Committed> find(String vid) {
        return Optional.ofNullable(committed.get(vid));
    }

    /**
     * The volume that persists under that vid.
     *
     * @throws StoragePoolException if there is none
     */
    Committed get(String vid) {
        return find(vid).orElseThrow(() -> new StoragePoolException("There is no volume " + vid));
    }

    void add(String vid, Content content) {
        if (committed.putIfAbsent(vid, new Committed(content)) != null) {
            throw new StoragePoolException("There is a volume " + vid + " already");
        }
    }

    void remove(String vid) {
        stopRunning(vid).ifPresent(MemoryDisks::delete);
        Committed of = committed.remove(vid);
        if (of != null) {
            of.content.file().ifPresent(MemoryDisks::delete);
            of.earlier.forEach(one -> one.content().file().ifPresent(MemoryDisks::delete));
            if (of.incoming != null) {
                delete(of.incoming);
            }
        }
    }

    Optional<Path> running(String vid) {
        return Optional.ofNullable(running.get(vid));
    }

    /** Lets a guest write to a copy of {@code content}. */
    void startRunning(String vid, Content content, int version) {
        running.put(vid, copy(content));
        seen.put(vid, version);
    }

    /** Which version of its source a running snapshot was made of. */
    int seen(String vid) {
        return seen.getOrDefault(vid, -1);
    }

    Optional<Path> stopRunning(String vid) {
        seen.remove(vid);
        return Optional.ofNullable(running.remove(vid));
    }

    /** Makes {@code next} the committed state, and the one before a revision if any is kept. */
    void commit(Committed of, Content next, int revisionsToKeep) {
        lastId++;
        of.earlier.add(
                new Earlier(
                        new Revision(Integer.toString(lastId), java.time.Instant.now()),
                        of.content));
        of.content = next;
        of.version++;
        while (of.earlier.size() > Math.max(0, revisionsToKeep)) {
            of.earlier.remove(0).content().file().ifPresent(MemoryDisks::delete);
        }
    }

    /** A new file with that content. */
    Path copy(Content content) {
        Path copy = newFile(content.bytes());
        content.file().ifPresent(from -> copy(from, copy, content.bytes()));
        return copy;
    }

    /** A new file with the content of another, whatever made that. */
    Path copyOf(Path from) {
        Path copy = newFile(0);
        try {
            copy(from, copy, length(from));
            return copy;
        } catch (StoragePoolException e) {
            delete(copy);
            throw e;
        }
    }

    private static void copy(Path from, Path to, long bytes) {
        COMMANDS.require(
                "Copying a disk",
                LIMIT,
                List.of("cp", "--sparse=always", "--", from.toString(), to.toString()));
        setLength(to, bytes);
    }

    /** A new file of zeroes. */
    Path newFile(long bytes) {
        try {
            Files.createDirectories(folder);
            Path file = Files.createTempFile(folder, "disk", ".img");
            setLength(file, bytes);
            return file;
        } catch (IOException e) {
            throw StoragePoolException.because("A new disk", e);
        }
    }

    static void setLength(Path file, long bytes) {
        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(bytes);
        } catch (IOException e) {
            throw StoragePoolException.because("Resizing a disk", e);
        }
    }

    static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw StoragePoolException.because("Reading a disk", e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw StoragePoolException.because("Removing a disk", e);
        }
    }
}
