package qubes.storage.lvm;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
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

/** A pool whose volumes are in one thin pool of LVM. */
final class LvmPool implements Pool {
    private static final Pattern HELPER = Pattern.compile(".*-(snap|import|back)");

    private final String name;
    private final ThinPool thinPool;
    private final Pattern vids;
    private volatile int revisionsToKeep;
    private volatile boolean ephemeralVolatile;
    private final Map<String, ReentrantLock> locks =
            new ConcurrentHashMap<>(); // vid to who changes the volume

    LvmPool(String name, ThinPool thinPool, int revisionsToKeep, boolean ephemeralVolatile) {
        this.name = name;
        this.thinPool = thinPool;
        this.vids =
                Pattern.compile(
                        Pattern.quote(thinPool.group()) + "/[A-Za-z0-9+_.][A-Za-z0-9+_.-]*");
        this.revisionsToKeep = revisionsToKeep;
        this.ephemeralVolatile = ephemeralVolatile;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<PoolCapability> capabilities() {
        return Set.of(PoolCapability.values());
    }

    /** Makes nothing: the thin pool must be there. */
    @Override
    public void setup() {
        thinPool.refresh();
        LogicalVolume found =
                thinPool.itself()
                        .orElseThrow(
                                () ->
                                        new StoragePoolException(
                                                "Thin pool "
                                                        + thinPool.fullName()
                                                        + " does not exist"));
        if (!found.isThinPool()) {
            throw new StoragePoolException("Volume " + thinPool.fullName() + " is not a thin pool");
        }
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return thinPool.group() + "/vm-" + owner.domain().value() + "-" + volume;
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        requireVid(spec.vid());
        spec.source().ifPresent(this::requireVid);
        if (spec.kind() == VolumeKind.ORIGIN_SNAPSHOT) {
            throw new QubesNotImplementedError(
                    "Volume "
                            + spec.vid()
                            + " cannot be in pool "
                            + name
                            + ": driver lvm_thin keeps no snapshots at stop");
        }
        return new LvmVolume(
                spec, thinPool, locks.computeIfAbsent(spec.vid(), any -> new ReentrantLock()));
    }

    private void requireVid(String vid) {
        if (!vids.matcher(vid).matches()) {
            throw new StoragePoolException("Pool " + name + " cannot have a volume '" + vid + "'");
        }
    }

    @Override
    public List<String> list() {
        return thinPool.thinVolumes().stream()
                .map(LogicalVolume::fullName)
                .filter(volume -> !HELPER.matcher(volume).matches())
                .toList();
    }

    @Override
    public OptionalLong sizeBytes() {
        return detail("data_size");
    }

    @Override
    public OptionalLong usageBytes() {
        return detail("data_usage");
    }

    private OptionalLong detail(String key) {
        Long value = usageDetails().get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    @Override
    public Map<String, Long> usageDetails() {
        thinPool.refreshUsage();
        Map<String, Long> details = new TreeMap<>();
        thinPool.itself()
                .ifPresent(
                        pool -> {
                            details.put("data_size", pool.sizeBytes());
                            details.put("data_usage", pool.usedBytes());
                            details.put("metadata_size", pool.metadataBytes());
                            details.put("metadata_usage", pool.usedMetadataBytes());
                        });
        return details;
    }

    @Override
    public boolean reconfigure(PoolConfig config) {
        String full =
                PoolOptions.required(config, LvmPoolDriver.VOLUME_GROUP)
                        + "/"
                        + PoolOptions.required(config, LvmPoolDriver.THIN_POOL);
        if (!full.equals(thinPool.fullName())) {
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
        // Nothing is held: all state is LVM's.
    }
}
