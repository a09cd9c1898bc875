package qubes.storage.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolOptions;
import qubes.core.storage.VolumeOwner;

/**
 * The directory of a pool that keeps volumes in image files: where the files of a volume are, and
 * who may change them at the moment.
 */
final class ImageDirectory {
    static final Property<String> DIR_PATH =
            Property.named("dir_path", PropertyType.STR)
                    .doc("Absolute path of the directory that holds the images.")
                    .define();

    private static final List<String> FOLDERS = List.of("appvms", "vm-templates");
    private static final Pattern IMAGE =
            Pattern.compile("(.+?)(-dirty|-precache|-import|-cow)?\\.img");

    private final String pool;
    private final Path root;
    private final Map<String, ReentrantLock> locks =
            new ConcurrentHashMap<>(); // vid to who changes the volume

    /** Work on files. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Work on files that gives nothing back. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException;
    }

    private ImageDirectory(String pool, Path root) {
        this.pool = pool;
        this.root = root;
    }

    /**
     * The directory that a pool's configuration names; it need not be there.
     *
     * @throws StoragePoolException if none, or no absolute one, is named
     */
    static ImageDirectory of(PoolConfig config) {
        String text = PoolOptions.required(config, DIR_PATH);
        try {
            Path root = Path.of(text).normalize();
            if (root.isAbsolute()) {
                return new ImageDirectory(config.poolName(), root);
            }
        } catch (InvalidPathException e) {
            throw new StoragePoolException(
                    "Pool " + config.poolName() + ": dir_path is not a path", e);
        }
        throw new StoragePoolException(
                "Pool "
                        + config.poolName()
                        + ": dir_path must be an absolute path, not '"
                        + text
                        + "'");
    }

    /** The pool's name. */
    String pool() {
        return pool;
    }

    /** The directory. */
    Path root() {
        return root;
    }

    /**
     * Makes the directory, but not its parents, and the folders of domains in it; tells if it made
     * the directory.
     */
    boolean makeRoot() throws IOException {
        if (Files.isDirectory(root)) {
            return false;
        }
        Files.createDirectory(root);
        return true;
    }

    /** Makes the folders of domains. */
    void makeFolders() throws IOException {
        for (String folder : FOLDERS) {
            Files.createDirectories(root.resolve(folder));
        }
    }

    /** The vid of a volume of a domain. */
    static String vid(VolumeOwner owner, String volume) {
        return owner.directory() + "/" + owner.domain().value() + "/" + volume;
    }

    /**
     * The path that the names of a volume's files begin with.
     *
     * @throws StoragePoolException if it would lie elsewhere than in a folder of this directory
     */
    Path stem(String vid) {
        try {
            Path relative = Path.of(vid);
            boolean plain =
                    relative.toString().equals(vid) && relative.normalize().equals(relative);
            if (plain
                    && !relative.isAbsolute()
                    && !relative.startsWith("..")
                    && relative.getNameCount() > 1) {
                return root.resolve(relative);
            }
        } catch (InvalidPathException e) {
            throw new StoragePoolException("Pool " + pool + " cannot have a volume of that vid", e);
        }
        throw new StoragePoolException("Pool " + pool + " cannot have a volume '" + vid + "'");
    }

    /**
     * Runs work that changes a volume while nobody else changes it.
     *
     * @param what what is done, such as {@code Start}, for the message of a failure
     */
    <T> T exclusively(String vid, String what, Work<T> work) {
        ReentrantLock lock = locks.computeIfAbsent(vid, any -> new ReentrantLock());
        lock.lock();
        try {
            return reading(vid, what, work);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #exclusively}, for work that gives nothing back. */
    void change(String vid, String what, Step step) {
        exclusively(
                vid,
                what,
                () -> {
                    step.run();
                    return true;
                });
    }

    /** Runs work that changes nothing; an I/O failure becomes the pool's refusal. */
    static <T> T reading(String vid, String what, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw StoragePoolException.because(what + " of volume " + vid, e);
        }
    }

    /** Removes the folder of a volume's domain if nothing is left in it. */
    void dropEmptyFolder(Path stem) throws IOException {
        Path folder = stem.getParent();
        if (folder == null
                || folder.getParent() == null
                || root.equals(folder.getParent())
                || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(folder)) {
            if (rest.iterator().hasNext()) {
                return;
            }
        }
        Files.deleteIfExists(folder);
    }

    /** Vids of the volumes that have an image here. */
    List<String> list() {
        TreeSet<String> vids = new TreeSet<>();
        try {
            for (String folder : FOLDERS) {
                for (Path domain : entries(root.resolve(folder))) {
                    for (Path image : entries(domain)) {
                        Matcher name = IMAGE.matcher(image.getFileName().toString());
                        if (name.matches()) {
                            vids.add(folder + "/" + domain.getFileName() + "/" + name.group(1));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw StoragePoolException.because("Listing of pool " + pool, e);
        }
        return List.copyOf(vids);
    }

    /** Capacity of the filesystem; absent if the directory is not there. */
    OptionalLong sizeBytes() {
        FileStore store = store();
        try {
            return store == null ? OptionalLong.empty() : OptionalLong.of(store.getTotalSpace());
        } catch (IOException e) {
            throw StoragePoolException.because("Size of pool " + pool, e);
        }
    }

    /** Space of the filesystem that is not free; absent if the directory is not there. */
    OptionalLong usageBytes() {
        FileStore store = store();
        try {
            return store == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(store.getTotalSpace() - store.getUnallocatedSpace());
        } catch (IOException e) {
            throw StoragePoolException.because("Usage of pool " + pool, e);
        }
    }

    private @Nullable FileStore store() {
        try {
            return Files.isDirectory(root) ? Files.getFileStore(root) : null;
        } catch (IOException e) {
            throw StoragePoolException.because("Looking at pool " + pool, e);
        }
    }

    private static List<Path> entries(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
