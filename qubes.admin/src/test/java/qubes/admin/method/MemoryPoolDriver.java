package qubes.admin.method;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.BlockSource;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.Revision;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;

/** A driver whose volumes are names in memory. A pool named {@code broken} makes none. */
final class MemoryPoolDriver implements PoolDriver {
    private static final Property<Integer> PARAM1 =
            Property.named("param1", PropertyType.INT).defaultsTo(1).define();
    private static final Property<String> PARAM2 =
            Property.named("param2", PropertyType.STR).defaultsTo("").define();

    private final String name;

    MemoryPoolDriver(String name) {
        this.name = name;
    }

    @Override
    public String driverName() {
        return name;
    }

    @Override
    public PropertyTable config() {
        return PropertyTable.inOrder(PARAM2, PARAM1);
    }

    @Override
    public Pool open(PoolConfig config) {
        return new MemoryPool(config.poolName(), ConcurrentHashMap.newKeySet());
    }

    private record MemoryPool(String name, Set<String> vids) implements Pool {
        @Override
        public Set<PoolCapability> capabilities() {
            return Set.of();
        }

        @Override
        public void setup() {}

        @Override
        public String newVid(VolumeOwner owner, String volume) {
            return owner.directory() + "/" + owner.domain() + "/" + volume;
        }

        @Override
        public Volume volume(VolumeSpec spec) {
            return new MemoryVolume(this, spec);
        }

        @Override
        public List<String> list() {
            return List.copyOf(vids);
        }

        @Override
        public OptionalLong sizeBytes() {
            return name.equals("boundless") ? OptionalLong.empty() : OptionalLong.of(204_800);
        }

        @Override
        public OptionalLong usageBytes() {
            return name.equals("boundless") ? OptionalLong.empty() : OptionalLong.of(102_400);
        }

        @Override
        public Map<String, Long> usageDetails() {
            return Map.of("data_usage", 102_400L, "data_size", 204_800L);
        }

        @Override
        public Optional<String> includedIn() {
            return name.equals("inner") ? Optional.of("test") : Optional.empty();
        }

        @Override
        public void close() {}
    }

    private record MemoryVolume(MemoryPool pool, VolumeSpec spec) implements Volume {
        @Override
        public void create() {
            if (pool.name().equals("broken")) {
                throw new StoragePoolException("Pool broken is full");
            }
            pool.vids().add(spec.vid());
        }

        @Override
        public void remove() {
            pool.vids().remove(spec.vid());
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public void verify() {}

        @Override
        public Optional<BlockSource> block() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> path() {
            return Optional.of(Path.of("/dev", spec.vid()));
        }

        @Override
        public long sizeBytes() {
            return spec.sizeBytes();
        }

        @Override
        public long usageBytes() {
            return 4096;
        }

        @Override
        public boolean dirty() {
            return false;
        }

        @Override
        public List<Revision> revisions() {
            return List.of(
                    new Revision("1-old", Instant.EPOCH), new Revision("2-new", Instant.EPOCH));
        }
    }
}
