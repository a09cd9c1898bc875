package qubes.testkit.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.state.PoolRecord;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;

@DisplayName("pools in memory")
class MemoryPoolTest implements PoolContract {
    @TempDir private Path scratch;

    @Override
    public Pool emptyPool() throws Exception {
        PoolDriver driver =
                MemoryPoolDriver.in(Files.createTempDirectory(scratch, "disks"), "memory");
        PoolRecord record = new PoolRecord(Map.of("name", "test", "driver", "memory"));
        Pool pool = driver.open(new PoolConfig(record, driver.config()));
        pool.setup();
        return pool;
    }
}
