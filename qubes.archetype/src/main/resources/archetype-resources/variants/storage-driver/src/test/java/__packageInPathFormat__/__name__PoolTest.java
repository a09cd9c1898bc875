package ${package};

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;

/** What every pool owes the core: the tests are those of the contract. */
@DisplayName("${artifactId}")
class ${name}PoolTest implements PoolContract {
    @TempDir private Path scratch;

    @Override
    public Pool emptyPool() throws Exception {
        Pool pool = new ${name}Pool("test", Files.createTempDirectory(scratch, "pool"));
        pool.setup();
        return pool;
    }
}
