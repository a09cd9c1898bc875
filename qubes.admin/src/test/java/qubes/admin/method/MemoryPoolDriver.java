package qubes.admin.method;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import qubes.core.error.QubesNotImplementedError;
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
    private final PropertyTable config;
    private final List<String> calls;

    /**
     * @param calls where what is done to the data of volumes is noted
     */
    MemoryPoolDriver(String name, List<String> calls) {
        this(name, PropertyTable.inOrder(PARAM2, PARAM1), calls);
    }

    MemoryPoolDriver(String name, PropertyTable config, List<String> calls) {
        this.name = name;
        this.config = config;
        this.calls = calls;
    }

    @Override
    public String driverName() {
        return name;
    }

    @Override
    public PropertyTable config() {
        return config;
    }

    @Override
    public Pool open(PoolConfig config) {
        return new MemoryPool(
                config.poolName(),
                name.equals("linux-kernel") ? Set.of() : Set.of(PoolCapability.values()),
                ConcurrentHashMap.newKeySet(),
                calls);
    }

    private record MemoryPool(
            String name, Set<PoolCapability> capabilities, Set<String> vids, List<String> calls)
            implements Pool {

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
            return List.copyOf(new java.util.TreeSet<>(vids));
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

        private void note(String call) {
            if (!pool.capabilities().contains(PoolCapability.WRITE)) {
                throw new QubesNotImplementedError("Nothing is written in pool " + pool.name());
            }
            pool.calls().add(call);
        }

        @Override
        public void revert(String revision) {
            note("revert " + spec.vid() + " to " + revision);
        }

        @Override
        public void resize(long bytes) {
            note("resize " + spec.vid() + " to " + bytes);
        }

        @Override
        public void importVolume(Volume source) {
            note("import " + source.spec().vid() + " to " + spec.vid());
        }

        @Override
        public Path importData(long bytes) {
            note("begin import of " + bytes + " to " + spec.vid());
            return Path.of(
                    pool.name().equals("blank") ? "/dev/with blank" : "/dev",
                    spec.vid() + "-import");
        }

        @Override
        public void importDataEnd(boolean success) {
            note((success ? "keep" : "drop") + " import to " + spec.vid());
        }

        @Override
        public List<Revision> revisions() { // as a driver may find them, in no order
            return List.of(
                    new Revision("2-new", Instant.EPOCH.plusSeconds(1)),
                    new Revision("1-old", Instant.EPOCH));
        }
    }
}
