package qubes.testkit.exam;

import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.ops4j.pax.exam.TestAddress;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.TestContainerException;
import org.ops4j.pax.exam.spi.DefaultExamSystem;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/**
 * The near end of {@link PaxExam}: the container of one test class, with that class's bundle in it.
 */
final class ExamContainer implements AutoCloseable {
    private final TestContainer container;
    private final Properties systemProperties;

    private ExamContainer(TestContainer container, Properties systemProperties) {
        this.container = container;
        this.systemProperties = systemProperties;
    }

    /**
     * Starts the container that {@code testClass} configures. Blocks, a second or two.
     *
     * @throws ExtensionConfigurationException if the configuration is wrong or a bundle does not
     *     resolve
     */
    static ExamContainer start(Class<?> testClass) {
        Option[] options =
                OptionUtils.combine(ContainerBundles.options(), configuration(testClass));
        Properties systemProperties = new Properties();
        systemProperties.putAll(System.getProperties());
        // Left behind by Pax Exam's own JUnit 4 runner in the same JVM; it names an invoker that is
        // not here.
        System.clearProperty("pax.exam.invoker");
        ExamContainer started = null;
        try (InputStream probe = ProbeBundle.of(testClass)) {
            TestContainer container =
                    PaxExamRuntime.createContainer(DefaultExamSystem.create(options));
            started = new ExamContainer(container, systemProperties);
            container.start();
            container.installProbe(probe);
            started.call(ProbeBundle.CHECK);
            return started;
        } catch (Throwable e) {
            if (started != null) {
                started.close();
            }
            throw new ExtensionConfigurationException(
                    "The container for "
                            + testClass.getName()
                            + " does not start. "
                            + e.getMessage(),
                    e);
        }
    }

    /** Runs the test with that id of JUnit's inside, and throws what it throws. */
    void run(String uniqueId) throws Throwable {
        // Inside, Jupiter is the only engine; outside, a suite may stand before it.
        call(ProbeBundle.RUN, uniqueId.substring(uniqueId.lastIndexOf("[engine:junit-jupiter]")));
    }

    /** Calls a static method of a test class inside, and throws what it throws. */
    void invoke(Method method, List<Object> arguments) throws Throwable {
        call(
                ProbeBundle.INVOKE,
                method.getDeclaringClass().getName(),
                method.getName(),
                arguments.toArray());
    }

    /** Stops the framework, and removes its folder and the system properties that it set. */
    @Override
    public void close() {
        try {
            container.stop();
        } finally {
            System.setProperties(systemProperties);
        }
    }

    private void call(String entry, Object... arguments) throws Throwable {
        try {
            container.call(new Call(entry, arguments));
        } catch (TestContainerException e) {
            Throwable cause = e;
            while (cause.getCause() != null
                    && (cause instanceof TestContainerException
                            || cause instanceof InvocationTargetException)) {
                cause = cause.getCause();
            }
            throw cause;
        }
    }

    private static Option[] configuration(Class<?> testClass) {
        List<Method> methods =
                AnnotationSupport.findAnnotatedMethods(
                        testClass, Configuration.class, HierarchyTraversalMode.TOP_DOWN);
        if (methods.size() != 1) {
            throw new ExtensionConfigurationException(
                    testClass.getName()
                            + " has "
                            + methods.size()
                            + " methods with Pax Exam's @Configuration; it needs one: @Configuration static"
                            + " Option[] system()");
        }
        Method method = methods.get(0);
        if (!Modifier.isStatic(method.getModifiers())
                || method.getReturnType() != Option[].class
                || method.getParameterCount() > 0) {
            throw new ExtensionConfigurationException(
                    method
                            + ": @Configuration must be on a static method without parameters that returns"
                            + " Option[]");
        }
        try {
            method.setAccessible(true);
            return (Option[]) method.invoke(null);
        } catch (InvocationTargetException e) {
            throw new ExtensionConfigurationException(
                    method + " failed: " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new ExtensionConfigurationException(method + " cannot be called", e);
        }
    }

    /** One call of an entry of the probe. */
    private record Call(String identifier, Object[] arguments) implements TestAddress {
        @Override
        public String caption() {
            return identifier;
        }

        @Override
        public TestAddress root() {
            return this;
        }
    }
}
