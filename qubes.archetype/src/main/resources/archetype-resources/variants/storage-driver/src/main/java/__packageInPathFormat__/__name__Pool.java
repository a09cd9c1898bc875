package ${package};

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import qubes.core.error.Repr;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A directory of volumes, each the file that its id names. */
final class ${name}Pool implements Pool {
    /** Ids are names of files, and of nothing else: whoever makes one up gets nowhere with it. */
    private static final Pattern VID = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*:[A-Za-z0-9_-]+");

    private final String name;
    private final Path directory;

    ${name}Pool(String name, Path directory) {
        this.name = name;
        this.directory = directory;
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * What its volumes can do beyond being read. What is not declared is refused: to let them be
     * resized, say so here and override {@link Volume#resize}.
     */
    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of(PoolCapability.WRITE);
    }

    @Override
    public void setup() {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw StoragePoolException.because("Making the directory of pool " + name, e);
        }
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return owner.domain().value() + ":" + volume;
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        if (spec.kind() == VolumeKind.ORIGIN_SNAPSHOT) {
            throw new StoragePoolException("Pool " + name + " keeps no snapshots at stop");
        }
        return new ${name}Volume(spec, stem(spec.vid()), spec.source().map(this::stem));
    }

    private Path stem(String vid) {
        if (!VID.matcher(vid).matches()) {
            throw new StoragePoolException(
                    "Pool " + name + " cannot have a volume " + Repr.quote(vid));
        }
        return directory.resolve(vid);
    }

    @Override
    public List<String> list() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(VID.asMatchPredicate())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw StoragePoolException.because("Listing pool " + name, e);
        }
    }

    @Override
    public OptionalLong sizeBytes() {
        return ofFilesystem(FileStore::getTotalSpace);
    }

    @Override
    public OptionalLong usageBytes() {
        return ofFilesystem(store -> store.getTotalSpace() - store.getUnallocatedSpace());
    }

    private interface Figure {
        long of(FileStore store) throws IOException;
    }

    private OptionalLong ofFilesystem(Figure figure) {
        try {
            return OptionalLong.of(figure.of(Files.getFileStore(directory)));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Nothing is held open. */
    @Override
    public void close() {}
}
