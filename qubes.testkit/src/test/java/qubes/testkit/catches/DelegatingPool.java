package qubes.testkit.catches;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolCapability;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.Volume;
import qubes.core.storage.VolumeOwner;
import qubes.core.storage.VolumeSpec;
import qubes.testkit.storage.MemoryPoolDriver;
import qubes.testkit.storage.PoolContract;

/** A pool that is right but for what a subclass does. */
class DelegatingPool implements Pool {
    final Pool right;

    DelegatingPool(Pool right) {
        this.right = right;
    }

    /** The contract on a pool that is to be wrong. */
    abstract static class Tried implements PoolContract {
        @TempDir Path scratch;

        /** The pool to try, made of one that is right. */
        abstract Pool wrong(Pool right);

        @Override
        public Pool emptyPool() throws Exception {
            PoolDriver driver =
                    MemoryPoolDriver.in(Files.createTempDirectory(scratch, "disks"), "memory");
            PoolRecord record = new PoolRecord(Map.of("name", "test", "driver", "memory"));
            Pool pool = wrong(driver.open(new PoolConfig(record, driver.config())));
            pool.setup();
            return pool;
        }
    }

    /** The contract on a pool whose volumes are to be wrong. */
    abstract static class TriedByVolume extends Tried {
        /** The volume to try, made of one that is right. */
        abstract Volume wrong(Pool pool, Volume right);

        @Override
        Pool wrong(Pool pool) {
            return new DelegatingPool(pool) {
                @Override
                public Volume volume(VolumeSpec spec) {
                    return wrong(pool, super.volume(spec));
                }
            };
        }
    }

    @Override
    public String name() {
        return right.name();
    }

    @Override
    public Set<PoolCapability> capabilities() {
        return right.capabilities();
    }

    @Override
    public void setup() {
        right.setup();
    }

    @Override
    public String newVid(VolumeOwner owner, String volume) {
        return right.newVid(owner, volume);
    }

    @Override
    public Volume volume(VolumeSpec spec) {
        return right.volume(spec);
    }

    @Override
    public List<String> list() {
        return right.list();
    }

    @Override
    public OptionalLong sizeBytes() {
        return right.sizeBytes();
    }

    @Override
    public OptionalLong usageBytes() {
        return right.usageBytes();
    }

    @Override
    public void close() {
        right.close();
    }
}
