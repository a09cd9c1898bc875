package qubes.storage.lvm;

import java.time.InstantSource;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.HostCommands;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolDriverName;
import qubes.core.storage.PoolOptions;

/** Driver {@code lvm_thin}: thin logical volumes. */
@Component
@PoolDriverName(driver = LvmPoolDriver.NAME)
public final class LvmPoolDriver implements PoolDriver {
    static final String NAME = "lvm_thin";

    static final Property<String> VOLUME_GROUP =
            Property.named("volume_group", PropertyType.STR)
                    .doc("LVM volume group that the thin pool is in.")
                    .define();
    static final Property<String> THIN_POOL =
            Property.named("thin_pool", PropertyType.STR)
                    .doc("Name of the thin pool; it must exist.")
                    .define();

    private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9+_.][A-Za-z0-9+_.-]*");

    private final HostCommands commands;
    private final InstantSource clock;

    /** Called by Declarative Services. */
    @Activate
    public LvmPoolDriver() {
        this(HostCommands.ofThisHost(), InstantSource.system());
    }

    LvmPoolDriver(HostCommands commands, InstantSource clock) {
        this.commands = commands;
        this.clock = clock;
    }

    @Override
    public String driverName() {
        return NAME;
    }

    @Override
    public PropertyTable config() {
        return PropertyTable.inOrder(
                PoolOptions.REVISIONS_TO_KEEP,
                VOLUME_GROUP,
                THIN_POOL,
                PoolOptions.EPHEMERAL_VOLATILE);
    }

    @Override
    public Pool open(PoolConfig config) {
        ThinPool thinPool =
                new ThinPool(name(config, VOLUME_GROUP), name(config, THIN_POOL), commands, clock);
        return new LvmPool(
                config.poolName(),
                thinPool,
                PoolOptions.revisionsToKeep(config),
                config.get(PoolOptions.EPHEMERAL_VOLATILE));
    }

    private static String name(PoolConfig config, Property<String> option) {
        String name = PoolOptions.required(config, option);
        if (!NAMES.matcher(name).matches()) {
            throw new StoragePoolException(
                    "Pool "
                            + config.poolName()
                            + ": "
                            + option.name()
                            + " is no name that LVM has: '"
                            + name
                            + "'");
        }
        return name;
    }
}
