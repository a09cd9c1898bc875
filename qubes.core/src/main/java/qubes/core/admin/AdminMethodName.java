package qubes.core.admin;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names the method that an {@link AdminMethod} provides, as the service property {@code name}. One
 * {@code *} stands for the member of a family, as in {@code admin.vm.Create.*}; a method named in
 * full goes before a family that has it.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface AdminMethodName {
    /** {@return the name on the wire} */
    String name();
}
