package qubes.testkit.storage;

import org.junit.jupiter.api.DisplayName;
import qubes.core.storage.Pool;

@DisplayName("pools of kernels in memory")
class NoKernelsTest implements PoolContract {
    @Override
    public Pool emptyPool() {
        return new NoKernels("test");
    }
}
