package qubes.storage.kernels;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.StoragePoolException;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.storage.Pool;
import qubes.core.storage.PoolConfig;
import qubes.core.storage.PoolDriver;
import qubes.core.storage.PoolDriverName;
import qubes.core.storage.PoolOptions;

/** Driver {@code linux-kernel}: the kernels installed in one directory. */
@Component
@PoolDriverName(driver = KernelPoolDriver.NAME)
public final class KernelPoolDriver implements PoolDriver {
    static final String NAME = "linux-kernel";

    static final Property<String> DIR_PATH =
            Property.named("dir_path", PropertyType.STR)
                    .doc("Absolute path of the directory with a folder for each kernel.")
                    .define();

    /** Called by Declarative Services. */
    @Activate
    public KernelPoolDriver() {}

    @Override
    public String driverName() {
        return NAME;
    }

    @Override
    public PropertyTable config() {
        return PropertyTable.inOrder(DIR_PATH);
    }

    @Override
    public Pool open(PoolConfig config) {
        try {
            return new KernelPool(
                    config.poolName(), Path.of(PoolOptions.required(config, DIR_PATH)));
        } catch (InvalidPathException e) {
            throw new StoragePoolException(
                    "Pool " + config.poolName() + ": dir_path is not a path", e);
        }
    }
}
