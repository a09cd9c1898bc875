package qubes.storage.file;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolDriverName;
import qubes.core.storage.PoolOptions;

/** Driver {@code file-reflink}: image files that share the blocks they have in common. */
@Component
@PoolDriverName(driver = ReflinkPoolDriver.NAME)
public final class ReflinkPoolDriver implements PoolDriver {
    static final String NAME = "file-reflink";

    static final Property<Boolean> SETUP_CHECK =
            Property.named("setup_check", PropertyType.BOOL)
                    .doc(
                            "Refuse a directory whose filesystem cannot share blocks; without that, every start and stop copies "
                                    + "whole images.")
                    .defaultsTo(true)
                    .define();

    private final HostCommands commands;

    /** Called by Declarative Services. */
    @Activate
    public ReflinkPoolDriver() {
        this(HostCommands.ofThisHost());
    }

    ReflinkPoolDriver(HostCommands commands) {
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
                SETUP_CHECK,
                PoolOptions.EPHEMERAL_VOLATILE);
    }

    @Override
    public Map<String, String> stored(PoolConfig config) {
        Map<String, String> attributes = PoolDriver.super.stored(config);
        attributes.remove(SETUP_CHECK.name());
        return attributes;
    }

    @Override
    public Pool open(PoolConfig config) {
        return new ReflinkPool(
                ImageDirectory.of(config),
                new ImageCopy(commands),
                new DiskUsage(commands),
                new LoopDevices(commands),
                new ReflinkPool.Settings(
                        config.get(SETUP_CHECK),
                        PoolOptions.revisionsToKeep(config),
                        config.get(PoolOptions.EPHEMERAL_VOLATILE)));
    }
}
