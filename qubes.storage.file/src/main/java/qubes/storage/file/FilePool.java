package qubes.storage.file;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolOptions;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A pool of plain images with a copy-on-write file for the session that runs. */
final class FilePool implements Pool {
    private final ImageDirectory directory;
    private final CopyOnWrite sessions;
    private final ImageCopy copy;
    private final DiskUsage usage;
    private volatile int revisionsToKeep;
    private volatile boolean ephemeralVolatile;
    private final Map<String, Integer> exported =
            new ConcurrentHashMap<>(); // vid to how many read it now

    FilePool(
            ImageDirectory directory,
            CopyOnWrite sessions,
            ImageCopy copy,
            DiskUsage usage,
            int revisionsToKeep,
            boolean ephemeralVolatile) {
        this.directory = directory;
        this.sessions = sessions;
        this.copy = copy;
        this.usage = usage;
        this.revisionsToKeep = revisionsToKeep;
        this.ephemeralVolatile = ephemeralVolatile;
    }

    @Override
    public String name() {
        return directory.pool();
    }

    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of(
                PoolCapability.WRITE,
                PoolCapability.RESIZE,
                PoolCapability.IMPORT,
                PoolCapability.EXPORT);
    }

    @Override
    public void setup() {
        try {
            directory.makeRoot();
            directory.makeFolders();
        } catch (IOException e) {
            throw StoragePoolException.because("Setup of pool " + name(), e);
        }
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return ImageDirectory.vid(owner, volume);
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        if (spec.kind() == VolumeKind.ORIGIN_SNAPSHOT) {
            throw new QubesNotImplementedError(
                    "Volume "
                            + spec.vid()
                            + " cannot be in pool "
                            + name()
                            + ": driver file keeps no snapshots at stop");
        }
        if (spec.kind().saveOnStop() && spec.revisionsToKeep() > FileVolume.MOST_REVISIONS) {
            throw new QubesNotImplementedError(
                    "Volume "
                            + spec.vid()
                            + ": driver file keeps at most "
                            + FileVolume.MOST_REVISIONS
                            + " revision, not "
                            + spec.revisionsToKeep());
        }
        return new FileVolume(spec, directory, sessions, copy, usage, exported);
    }

    @Override
    public List<String> list() {
        return directory.list();
    }

    /** Zero if the directory is not there. */
    @Override
    public OptionalLong sizeBytes() {
        return OptionalLong.of(directory.sizeBytes().orElse(0));
    }

    /** Zero if the directory is not there. */
    @Override
    public OptionalLong usageBytes() {
        return OptionalLong.of(directory.usageBytes().orElse(0));
    }

    @Override
    public boolean reconfigure(PoolConfig config) {
        if (!ImageDirectory.of(config).root().equals(directory.root())) {
            return false;
        }
        revisionsToKeep = PoolOptions.revisionsToKeep(config);
        ephemeralVolatile = config.get(PoolOptions.EPHEMERAL_VOLATILE);
        return true;
    }

    @Override
    public int revisionsToKeep() {
        return revisionsToKeep;
    }

    @Override
    public boolean ephemeralVolatile() {
        return ephemeralVolatile;
    }

    @Override
    public void close() {
        // Nothing is held: all state is in the directory.
    }
}
