package qubes.storage.lvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import qubes.core.state.PoolRecord;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;

/**
 * A volume group of a test's own, on a file, with thin pools; real LVM. Its name has a dash, which
 * names of devices double.
 */
final class ScratchGroup implements AutoCloseable {
    static final String POOL_SIZE = "48M";

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final HostCommands COMMANDS = HostCommands.ofThisHost();
    private static final AtomicInteger MADE = new AtomicInteger();
    private static final long BYTES = 512L << 20;

    private final String name =
            "qubes-test" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet();
    private final Path file;
    private final String device;
    private int pools;

    private ScratchGroup(Path file) {
        this.file = file;
        this.device = run("losetup", "--find", "--show", file.toString()).strip();
    }

    static ScratchGroup make() throws IOException {
        Path file = Files.createTempFile("scratch", ".lvm");
        try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
            disk.setLength(BYTES);
        }
        ScratchGroup group = new ScratchGroup(file);
        group.lvm("vgcreate", "--physicalextentsize", "1M", group.name, group.device);
        return group;
    }

    String name() {
        return name;
    }

    /**
     * A pool of driver lvm_thin on a new thin pool; {@code options} are names and values in turns.
     */
    Pool emptyPool(String... options) {
        String thinPool = "pool" + pools++;
        lvm(
                "lvcreate",
                "--type",
                "thin-pool",
                "--size",
                POOL_SIZE,
                "--poolmetadatasize",
                "4M",
                "--name",
                thinPool,
                name);
        return pool(thinPool, options);
    }

    /** A pool of driver lvm_thin on a thin pool that is there; set up. */
    Pool pool(String thinPool, String... options) {
        LvmPoolDriver driver = new LvmPoolDriver(COMMANDS, InstantSource.system());
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", "test");
        attributes.put("driver", "lvm_thin");
        attributes.put("volume_group", name);
        attributes.put("thin_pool", thinPool);
        for (int i = 0; i < options.length; i += 2) {
            attributes.put(options[i], options[i + 1]);
        }
        Pool pool = driver.open(new PoolConfig(new PoolRecord(attributes), driver.config()));
        pool.setup();
        return pool;
    }

    /** Runs LVM; its output without blanks around. */
    String lvm(String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        line.add(0, "lvm");
        return run(line.toArray(String[]::new)).strip();
    }

    /** Removes all thin pools with what is in them. */
    void removePools() {
        lvm("lvremove", "--force", name);
    }

    @Override
    public void close() throws IOException {
        lvm("vgremove", "--force", name);
        run("losetup", "--detach", device);
        Files.delete(file);
    }

    private static String run(String... command) {
        return COMMANDS.require(String.join(" ", command), LIMIT, List.of(command));
    }
}
