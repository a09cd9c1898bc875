package ${package};

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

/**
 * Driver {@code ${artifactId}}. This service is all that the core sees of the bundle: while it is
 * away, its pools are unavailable and nothing of them is forgotten.
 */
@Component
@PoolDriverName(driver = ${name}Driver.NAME)
public final class ${name}Driver implements PoolDriver {
    /** The driver, as the store and clients know it. */
    static final String NAME = "${artifactId}";

    /** An option of a pool. One without default, as this, must be given when a pool is added. */
    private static final Property<String> DIR_PATH =
            Property.named("dir_path", PropertyType.STR)
                    .doc("Absolute path of the directory that holds the volumes.")
                    .define();

    /** Called by Declarative Services when the bundle starts. */
    @Activate
    public ${name}Driver() {}

    @Override
    public String driverName() {
        return NAME;
    }

    @Override
    public PropertyTable config() {
        return PropertyTable.inOrder(DIR_PATH);
    }

    /** Called when the pool is first needed; what is wrong with its options is said here. */
    @Override
    public Pool open(PoolConfig config) {
        String pool = config.poolName();
        try {
            Path directory = Path.of(PoolOptions.required(config, DIR_PATH));
            if (directory.isAbsolute()) {
                return new ${name}Pool(pool, directory);
            }
        } catch (InvalidPathException e) {
            throw new StoragePoolException("Pool " + pool + ": dir_path is not a path", e);
        }
        throw new StoragePoolException("Pool " + pool + ": dir_path must be an absolute path");
    }
}
