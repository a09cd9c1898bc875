package qubes.testkit.storage;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.Repr;
import qubes.core.error.StoragePoolException;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolOptions;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeKind;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A pool of a {@link MemoryPoolDriver}: a view of its disks. */
final class MemoryPool implements Pool {
    private static final Pattern VID = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_./-]*");
    private static final long PIB = 1L << 50;

    private final String name;
    private final int revisionsToKeep;
    private final boolean ephemeralVolatile;
    private final MemoryDisks disks;

    MemoryPool(PoolConfig config, MemoryDisks disks) {
        this.name = config.poolName();
        this.revisionsToKeep = PoolOptions.revisionsToKeep(config);
        this.ephemeralVolatile = config.get(PoolOptions.EPHEMERAL_VOLATILE);
        this.disks = disks;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of(PoolCapability.values());
    }

    @Override
    public void setup() {
        // The folder is made with the first disk.
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return owner.directory() + "/" + owner.domain() + "/" + volume;
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        if (!VID.matcher(spec.vid()).matches() || spec.vid().contains("..")) {
            throw new StoragePoolException(
                    "Pool " + name + " cannot have a volume " + Repr.quote(spec.vid()));
        }
        if (spec.kind() == VolumeKind.ORIGIN_SNAPSHOT) {
            throw new QubesNotImplementedError(
                    "Volume " + spec.vid() + ": pool " + name + " keeps no snapshots at stop");
        }
        return new MemoryVolume(spec, disks);
    }

    @Override
    public List<String> list() {
        return disks.vids();
    }

    @Override
    public OptionalLong sizeBytes() {
        return OptionalLong.of(PIB);
    }

    @Override
    public OptionalLong usageBytes() {
        return OptionalLong.of(disks.usageBytes());
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
        // The data stays.
    }
}
