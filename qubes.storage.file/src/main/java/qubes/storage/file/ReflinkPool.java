package qubes.storage.file;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolOptions;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A pool of images that share the blocks they have in common. */
final class ReflinkPool implements Pool {
    /**
     * What the pool's configuration says.
     *
     * @param setupCheck true to refuse a filesystem that cannot share blocks
     */
    record Settings(boolean setupCheck, int revisionsToKeep, boolean ephemeralVolatile) {}

    private final ImageDirectory directory;
    private final ImageCopy copy;
    private final DiskUsage usage;
    private final LoopDevices loops;
    private volatile Settings settings;

    ReflinkPool(
            ImageDirectory directory,
            ImageCopy copy,
            DiskUsage usage,
            LoopDevices loops,
            Settings settings) {
        this.directory = directory;
        this.copy = copy;
        this.usage = usage;
        this.loops = loops;
        this.settings = settings;
    }

    @Override
    public String name() {
        return directory.pool();
    }

    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of(PoolCapability.values());
    }

    @Override
    public void setup() {
        try {
            boolean made = directory.makeRoot();
            if (settings.setupCheck() && !copy.canShareIn(directory.root())) {
                if (made) {
                    Files.delete(directory.root());
                }
                throw new StoragePoolException(
                        "Pool "
                                + name()
                                + ": the filesystem of its directory cannot share blocks "
                                + "between files (FICLONE), so every start and stop would copy whole images; add the pool with "
                                + "setup_check=False if that is what you want");
            }
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
        return new ReflinkVolume(spec, directory, copy, usage, loops);
    }

    @Override
    public List<String> list() {
        return directory.list();
    }

    @Override
    public OptionalLong sizeBytes() {
        return directory.sizeBytes();
    }

    @Override
    public OptionalLong usageBytes() {
        return directory.usageBytes();
    }

    @Override
    public boolean reconfigure(PoolConfig config) {
        if (!ImageDirectory.of(config).root().equals(directory.root())) {
            return false;
        }
        settings =
                new Settings(
                        settings.setupCheck(),
                        PoolOptions.revisionsToKeep(config),
                        config.get(PoolOptions.EPHEMERAL_VOLATILE));
        return true;
    }

    @Override
    public int revisionsToKeep() {
        return settings.revisionsToKeep();
    }

    @Override
    public boolean ephemeralVolatile() {
        return settings.ephemeralVolatile();
    }

    @Override
    public void close() {
        // Nothing is held: all state is in the directory.
    }
}
