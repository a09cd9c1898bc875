package qubes.storage.kernels;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;

@DisplayName("linux-kernel")
class KernelPoolContractTest implements PoolContract {
    @TempDir private Path scratch;

    @Override
    public Pool emptyPool() throws Exception {
        return new KernelPool("test", Files.createTempDirectory(scratch, "kernels"));
    }
}
