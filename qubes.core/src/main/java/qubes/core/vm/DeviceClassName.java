package qubes.core.vm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names the class of devices that a {@link DeviceClass} is: as the service property {@code
 * deviceClass}, and as a capability of the bundle in the name space {@code qubes.device}, so that a
 * resolver finds who provides a class.
 */
@ComponentPropertyType
@Capability(namespace = "qubes.device")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DeviceClassName {
    /**
     * {@return the name that the store and clients use, as {@link DeviceClass#deviceClass} gives
     * it}
     */
    @Attribute("qubes.device")
    String deviceClass();
}
