package qubes.testkit.exam;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for an OSGi service, in a field or a parameter of a test that {@link PaxExam} runs. The type
 * is the service's; the one that the framework ranks highest is taken, and waited for if it is not
 * there yet.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER})
public @interface InjectService {
    /** {@return a filter of the service's properties, as {@code (klass=AppVM)}; empty takes any} */
    String filter() default "";

    /** {@return how long the service may take to come, in seconds; the test fails after that} */
    int timeoutSeconds() default 10;
}
