package qubes.storage.file;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import qubes.core.state.PoolRecord;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;

/** Opens pools for tests. */
final class Pools {
    private Pools() {}

    /** An open pool; {@code options} are names and values in turns. */
    static Pool open(PoolDriver driver, Path directory, String... options) {
        return driver.open(config(driver, directory, options));
    }

    /** The configuration of a pool; {@code options} are names and values in turns. */
    static PoolConfig config(PoolDriver driver, Path directory, String... options) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", "test");
        attributes.put("driver", driver.driverName());
        attributes.put("dir_path", directory.toString());
        for (int i = 0; i < options.length; i += 2) {
            attributes.put(options[i], options[i + 1]);
        }
        return new PoolConfig(new PoolRecord(attributes), driver.config());
    }

    /** As {@link #open}, and set up. */
    static Pool ready(PoolDriver driver, Path directory, String... options) {
        Pool pool = open(driver, directory, options);
        pool.setup();
        return pool;
    }

    /**
     * A pool of driver file that uses QEMU's overlays, also where there is a device-mapper; set up.
     */
    static Pool qcow(Path directory) {
        FilePoolDriver driver = new FilePoolDriver();
        HostCommands commands = HostCommands.ofThisHost();
        ImageCopy copy = new ImageCopy(commands);
        Pool pool =
                new FilePool(
                        ImageDirectory.of(config(driver, directory)),
                        new QcowOverlays(commands, copy),
                        copy,
                        new DiskUsage(commands),
                        1,
                        false);
        pool.setup();
        return pool;
    }
}
