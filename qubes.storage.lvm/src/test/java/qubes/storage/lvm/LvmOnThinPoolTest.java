package qubes.storage.lvm;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import qubes.core.state.PoolRecord;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.testkit.storage.PoolContract;

/**
 * Needs a kernel with device-mapper's thin targets and the empty volume groups {@code vg0} and
 * {@code vg1}, such as those of a small guest.
 */
@DisplayName("lvm_thin with the kernel's device-mapper")
@Tag("device-mapper")
class LvmOnThinPoolTest implements PoolContract {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final HostCommands COMMANDS = HostCommands.ofThisHost();

    private int pools;

    @Override
    public Pool emptyPool() {
        String group = "vg" + pools++;
        COMMANDS.require(
                "Making a thin pool",
                LIMIT,
                List.of(
                        "lvm",
                        "lvcreate",
                        "--type",
                        "thin-pool",
                        "-L",
                        "128M",
                        "-n",
                        "pool",
                        group));
        LvmPoolDriver driver = new LvmPoolDriver(COMMANDS, InstantSource.system());
        Map<String, String> attributes =
                Map.of(
                        "name",
                        "test",
                        "driver",
                        "lvm_thin",
                        "volume_group",
                        group,
                        "thin_pool",
                        "pool");
        Pool pool = driver.open(new PoolConfig(new PoolRecord(attributes), driver.config()));
        pool.setup();
        return pool;
    }

    @AfterEach
    void removeAll() {
        COMMANDS.require(
                "Removing thin pools", LIMIT, List.of("lvm", "lvremove", "--force", "vg0", "vg1"));
    }
}
