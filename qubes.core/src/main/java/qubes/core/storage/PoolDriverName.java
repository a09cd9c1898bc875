package qubes.core.storage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names the driver that a {@link PoolDriver} is: as the service property {@code driver}, and as a
 * capability of the bundle in the name space {@code qubes.driver}, so that a resolver finds who
 * provides a driver. A bundle with several drivers has one such capability for each.
 */
@ComponentPropertyType
@Capability(namespace = "qubes.driver")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface PoolDriverName {
    /**
     * {@return the name that the store and clients use, as {@link PoolDriver#driverName} gives it}
     */
    @Attribute("qubes.driver")
    String driver();
}
