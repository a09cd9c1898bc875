package qubes.storage.file;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesNotImplementedError;
import qubes.core.error.StoragePoolException;
import qubes.core.property.PropertyTable;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolDriverName;
import qubes.core.storage.PoolOptions;

/**
 * Driver {@code file}: an image file for each volume, and a copy-on-write file beside it for the
 * session that runs. Copies on write are the kernel's device-mapper's where it has one, else
 * QEMU's.
 */
@Component
@PoolDriverName(driver = FilePoolDriver.NAME)
public final class FilePoolDriver implements PoolDriver {
    static final String NAME = "file";

    private final HostCommands commands;

    /** Called by Declarative Services. */
    @Activate
    public FilePoolDriver() {
        this(HostCommands.ofThisHost());
    }

    FilePoolDriver(HostCommands commands) {
        this.commands = commands;
    }

    @Override
    public String driverName() {
        return NAME;
    }

    @Override
    public PropertyTable config() {
        return PropertyTable.inOrder(
                PoolOptions.REVISIONS_TO_KEEP,
                ImageDirectory.DIR_PATH,
                PoolOptions.EPHEMERAL_VOLATILE);
    }

    @Override
    public Pool open(PoolConfig config) {
        int revisions = PoolOptions.revisionsToKeep(config);
        if (revisions > FileVolume.MOST_REVISIONS) {
            throw new QubesNotImplementedError(
                    "Pool "
                            + config.poolName()
                            + ": driver file keeps at most "
                            + FileVolume.MOST_REVISIONS
                            + " revision, not "
                            + revisions);
        }
        ImageDirectory directory = ImageDirectory.of(config);
        return new FilePool(
                directory,
                copyOnWrite(config.poolName()),
                new ImageCopy(commands),
                new DiskUsage(commands),
                revisions,
                config.get(PoolOptions.EPHEMERAL_VOLATILE));
    }

    private CopyOnWrite copyOnWrite(String pool) {
        if (DeviceMapperSnapshots.usable(commands)) {
            return new DeviceMapperSnapshots(commands, new LoopDevices(commands));
        }
        if (QcowOverlays.usable(commands)) {
            return new QcowOverlays(commands, new ImageCopy(commands));
        }
        throw new StoragePoolException(
                "Pool "
                        + pool
                        + " cannot be opened: driver file needs the kernel's device-mapper "
                        + "with its snapshot targets, or the program qemu-img; install qemu-utils");
    }
}
