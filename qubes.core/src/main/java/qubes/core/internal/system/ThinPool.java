package qubes.core.internal.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.StoragePoolException;
import qubes.core.state.PoolRecord;
import qubes.core.storage.HostCommands;

/**
 * A thin pool of the host's LVM.
 *
 * @param group the volume group's name
 * @param name the pool's name in the group
 */
record ThinPool(String group, String name) {
    /** The driver of pools that are thin pools. */
    static final String DRIVER = "lvm_thin";

    private static final Logger log = LoggerFactory.getLogger(ThinPool.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // of a line of mountinfo, see proc(5)
    private static final int DEVICE = 2;
    private static final int MOUNT_POINT = 4;

    /**
     * The pool that the root file system is a volume of, if it is one of a thin pool and the host
     * tells. Asks LVM only if the root is a volume of LVM at all; blocks then.
     *
     * @param proc where the host's /proc is
     * @param sys where the host's /sys is
     */
    static Optional<ThinPool> ofRoot(Path proc, Path sys, HostCommands commands) {
        try {
            Optional<String> device = rootDevice(proc);
            return device.isEmpty()
                    ? Optional.empty()
                    : volume(sys.resolve("dev/block").resolve(device.get()).resolve("dm"))
                            .flatMap(name -> poolOf(name, commands));
        } catch (IOException | StoragePoolException e) {
            log.info("Whether the root file system is in a thin pool is not known", e);
            return Optional.empty();
        }
    }

    /** True if that pool is this thin pool. */
    boolean isPool(PoolRecord pool) {
        return pool.driver().equals(DRIVER)
                && group.equals(pool.attributes().get("volume_group"))
                && name.equals(pool.attributes().get("thin_pool"));
    }

    /** Major and minor number; the last mount hides those before it. */
    private static Optional<String> rootDevice(Path proc) throws IOException {
        return Files.readAllLines(proc.resolve("self/mountinfo")).stream()
                .map(line -> line.split(" "))
                .filter(fields -> fields.length > MOUNT_POINT && fields[MOUNT_POINT].equals("/"))
                .map(fields -> fields[DEVICE])
                .reduce((before, after) -> after);
    }

    private static Optional<String> volume(Path mapped) throws IOException {
        Path uuid = mapped.resolve("uuid");
        return Files.isReadable(uuid) && Files.readString(uuid).startsWith("LVM-")
                ? Optional.of(Files.readString(mapped.resolve("name")).strip())
                : Optional.empty();
    }

    private static Optional<ThinPool> poolOf(String volume, HostCommands commands) {
        String answer =
                commands.require(
                                "Asking LVM for the root volume's pool",
                                PATIENCE,
                                HostCommands.asRoot(
                                        List.of(
                                                "lvs",
                                                "--noheadings",
                                                "--separator",
                                                "/",
                                                "-o",
                                                "vg_name,pool_lv",
                                                "/dev/mapper/" + volume)))
                        .strip();
        int slash = answer.indexOf('/');
        return slash <= 0 || slash == answer.length() - 1
                ? Optional.empty()
                : Optional.of(
                        new ThinPool(answer.substring(0, slash), answer.substring(slash + 1)));
    }
}
