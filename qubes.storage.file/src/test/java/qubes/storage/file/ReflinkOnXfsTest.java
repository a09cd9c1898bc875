package qubes.storage.file;

import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;
import qubes.testkit.storage.ScratchFilesystem;

@DisplayName("file-reflink on a filesystem that shares blocks")
class ReflinkOnXfsTest implements PoolContract {
    private static ScratchFilesystem xfs;

    @BeforeAll
    static void mount() throws Exception {
        xfs = ScratchFilesystem.xfs();
    }

    @AfterAll
    static void unmount() throws Exception {
        xfs.close();
    }

    @Override
    public Pool emptyPool() throws Exception {
        return Pools.ready(new ReflinkPoolDriver(), Files.createTempDirectory(xfs.root(), "pool"));
    }
}
