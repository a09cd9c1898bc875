package qubes.core.vm;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names the klass that a {@link DomainFactory} provides: as the service property {@code klass}, and
 * as a capability of the bundle in the name space {@code qubes.klass}, so that a resolver finds who
 * provides a klass.
 */
@ComponentPropertyType
@Capability(namespace = "qubes.klass")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface DomainKlass {
    /** {@return wire name of the klass} */
    @Attribute("qubes.klass")
    String klass();
}
