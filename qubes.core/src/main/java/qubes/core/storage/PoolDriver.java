package qubes.core.storage;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;

/**
 * A storage driver, contributed as an OSGi service. While the bundle is away its pools are
 * unavailable: their configuration and the volumes' records stay in the store.
 */
@ConsumerType
public interface PoolDriver {
    /** {@return the name that the store and clients use, such as {@code file-reflink}} */
    String driverName();

    /**
     * {@return the options of a pool, in the order clients see them; one without default is
     * required}
     */
    PropertyTable config();

    /**
     * {@return what the store keeps of a new pool's configuration, attribute name to text, in file
     * order: name and driver, then every option with its value} A driver overrides this to leave
     * out what matters only when the pool is added.
     *
     * @param config the pool's configuration
     */
    default Map<String, String> stored(PoolConfig config) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", config.poolName());
        for (Property<?> option : config().list()) {
            config.text(option).ifPresent(text -> attributes.put(option.name(), text));
        }
        attributes.put("driver", driverName());
        return attributes;
    }

    /**
     * Opens a pool. Called when the pool is first needed; may block.
     *
     * @param config the pool's configuration
     * @return the pool, whose methods work from now on
     * @throws qubes.core.error.StoragePoolException if it cannot be opened now; the core keeps its
     *     configuration and asks again later
     */
    Pool open(PoolConfig config);
}
