package qubes.storage.file;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;

@DisplayName("file-reflink where the temporary directory is, whatever its filesystem can")
class ReflinkWithoutCheckTest implements PoolContract {
    @TempDir private Path scratch;

    @Override
    public Pool emptyPool() throws Exception {
        return Pools.ready(
                new ReflinkPoolDriver(),
                Files.createTempDirectory(scratch, "pool"),
                "setup_check",
                "False");
    }
}
