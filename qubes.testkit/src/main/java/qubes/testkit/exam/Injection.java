package qubes.testkit.exam;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/** Gives tests the services they ask for, inside the container. */
final class Injection {
    private static final int DEFAULT_TIMEOUT_SECONDS = 10;

    private Injection() {}

    /** True if a value for {@code parameter} comes from the framework. */
    static boolean isAsked(Parameter parameter) {
        return parameter.getType() == BundleContext.class
                || parameter.isAnnotationPresent(InjectService.class);
    }

    /** The value for {@code parameter}, as {@link #value}. */
    static Object value(Parameter parameter) {
        return value(
                parameter,
                parameter.getType(),
                parameter.getDeclaringExecutable().getDeclaringClass());
    }

    /** Fills the annotated fields of a new test instance. */
    static void fillFields(Object test) {
        for (Field field :
                ReflectionSupport.findFields(
                        test.getClass(), Injection::isAsked, HierarchyTraversalMode.TOP_DOWN)) {
            if (Modifier.isStatic(field.getModifiers()) || Modifier.isFinal(field.getModifiers())) {
                throw new ExtensionConfigurationException(
                        field + ": a service cannot be injected into a static or final field");
            }
            try {
                field.setAccessible(true);
                field.set(test, value(field, field.getType(), test.getClass()));
            } catch (IllegalAccessException e) {
                throw new ExtensionConfigurationException(field + " cannot be set", e);
            }
        }
    }

    /**
     * The service that {@code element} asks for, or the context of the bundle of {@code test}.
     * Waits for the service.
     *
     * @throws IllegalStateException if it does not come in time
     */
    private static Object value(AnnotatedElement element, Class<?> type, Class<?> test) {
        BundleContext context = FrameworkUtil.getBundle(test).getBundleContext();
        if (type == BundleContext.class) {
            return context;
        }
        InjectService asked = element.getAnnotation(InjectService.class);
        String properties = asked == null ? "" : asked.filter();
        int seconds = asked == null ? DEFAULT_TIMEOUT_SECONDS : asked.timeoutSeconds();
        String filter = "(&(objectClass=" + type.getName() + ")" + properties + ")";
        try {
            // Left open: it goes with the container, and the test keeps the service until then.
            var tracker =
                    new ServiceTracker<Object, Object>(context, context.createFilter(filter), null);
            tracker.open();
            Object service = tracker.waitForService(seconds * 1000L);
            if (service == null) {
                tracker.close();
                throw new IllegalStateException(missing(filter, seconds, context));
            }
            return service;
        } catch (InvalidSyntaxException e) {
            throw new ExtensionConfigurationException("Filter of " + element + ": " + filter, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + filter, e);
        }
    }

    /** A field is asked for by our annotation, or by the one that Pax Exam's users know. */
    private static boolean isAsked(Field field) {
        return field.isAnnotationPresent(InjectService.class)
                || Arrays.stream(field.getAnnotations())
                        .anyMatch(a -> a.annotationType().getName().equals("javax.inject.Inject"));
    }

    private static String missing(String filter, int seconds, BundleContext context) {
        String idle =
                Arrays.stream(context.getBundles())
                        .filter(
                                bundle ->
                                        (bundle.getState() & (Bundle.ACTIVE | Bundle.STARTING))
                                                == 0)
                        .filter(bundle -> bundle.getHeaders().get("Fragment-Host") == null)
                        .map(Bundle::getSymbolicName)
                        .sorted()
                        .collect(Collectors.joining(", "));
        return "No service "
                + filter
                + " came within "
                + seconds
                + " s. "
                + (idle.isEmpty()
                        ? "All bundles are active: is its component satisfied?"
                        : "Bundles that are not active: " + idle);
    }
}
