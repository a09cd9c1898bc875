package qubes.testkit.exam;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.osgi.framework.FrameworkUtil;

/**
 * Runs a JUnit 5 test class inside an OSGi container started by Pax Exam.
 *
 * <pre>{@code
 * @ExtendWith(PaxExam.class)
 * class GreeterIT {
 *     @Configuration
 *     static Option[] system() {
 *         return CoreOptions.options(QubesExam.options(), CoreOptions.bundle("file:target/greeter.jar"));
 *     }
 *
 *     @InjectService
 *     Qubes qubes;
 *
 *     @Test
 *     @DisplayName("the greeter's klass is there")
 *     void klassIsThere(BundleContext context) {
 *         assertTrue(qubes.klasses().contains("GreeterVM"));
 *     }
 * }
 * }</pre>
 *
 * <p>The one static method that is annotated with Pax Exam's {@code @Configuration} says what is in
 * the container. The container starts once per outermost test class and stops after its last test;
 * system properties that it set are reset.
 *
 * <p>How a test gets in: JUnit finds the tests as always. When one is about to run, this extension
 * skips it outside and has the Jupiter of the container run the same test, found by its unique id,
 * in a bundle that holds the test's classes. What it throws is thrown outside, so a failed
 * assertion or assumption is reported as if the test had run there.
 *
 * <ul>
 *   <li>{@code @Test}, {@code @ParameterizedTest}, {@code @RepeatedTest}, {@code @Nested},
 *       {@code @BeforeEach} and {@code @AfterEach} work. {@code @BeforeAll} and {@code @AfterAll}
 *       run inside once; their parameters may be services, the {@code BundleContext} and types of
 *       the JDK.
 *   <li>A field or parameter with {@link InjectService}, a field with {@code javax.inject.Inject}
 *       and a parameter of type {@code BundleContext} are filled in. The class is constructed
 *       outside too, where constructor parameters are null.
 *   <li>{@code @TestFactory} and {@code Lifecycle.PER_CLASS} are refused.
 *   <li>Conditions, argument sources and other extensions are evaluated on both sides.
 * </ul>
 *
 * <p>The class path must hold {@code pax-exam-container-native}, what Pax Exam runs in the
 * container, and a framework; this bundle's README lists the dependencies. Nothing is fetched while
 * the tests run.
 */
public final class PaxExam
        implements BeforeAllCallback,
                InvocationInterceptor,
                ParameterResolver,
                TestInstancePostProcessor {
    /** True in the container's copy of this class. */
    private static final boolean INSIDE = FrameworkUtil.getBundle(PaxExam.class) != null;

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(PaxExam.class);

    /** For {@code @ExtendWith}. */
    public PaxExam() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        if (context.getTestInstanceLifecycle().orElseThrow() == TestInstance.Lifecycle.PER_CLASS) {
            throw new ExtensionConfigurationException(
                    context.getRequiredTestClass().getName()
                            + ": PaxExam makes an instance per test, Lifecycle.PER_CLASS is not possible");
        }
        if (!INSIDE) {
            container(context);
        }
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        runInside(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        runInside(invocation, context);
    }

    @Override
    public <T extends @Nullable Object> T interceptTestFactoryMethod(
            Invocation<T> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context) {
        throw new ExtensionConfigurationException(
                method.getExecutable() + ": PaxExam runs no @TestFactory; use @ParameterizedTest");
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        proceedInside(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        proceedInside(invocation);
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        invokeInside(invocation, method, context);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        invokeInside(invocation, method, context);
    }

    @Override
    public void postProcessTestInstance(Object instance, ExtensionContext context) {
        if (INSIDE) {
            Injection.fillFields(instance);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return Injection.isAsked(parameter.getParameter());
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return INSIDE ? Injection.value(parameter.getParameter()) : null;
    }

    /** Outside, hands the test over to the container; inside, runs it. */
    private static void runInside(
            InvocationInterceptor.Invocation<@Nullable Void> invocation, ExtensionContext context)
            throws Throwable {
        if (INSIDE) {
            invocation.proceed();
        } else {
            invocation.skip();
            container(context).run(context.getUniqueId());
        }
    }

    private static void proceedInside(InvocationInterceptor.Invocation<@Nullable Void> invocation)
            throws Throwable {
        if (INSIDE) {
            invocation.proceed();
        } else {
            invocation.skip();
        }
    }

    /**
     * A method that runs once per class. Jupiter runs inside once per test, so the call is made
     * from outside, where there is one run, and skipped inside.
     */
    private static void invokeInside(
            InvocationInterceptor.Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        invocation.skip();
        if (!INSIDE) {
            container(context).invoke(method.getExecutable(), method.getArguments());
        }
    }

    /** The container of the outermost class; JUnit closes it with that class. */
    private static ExamContainer container(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        ExamContainer.class,
                        key -> ExamContainer.start(context.getRequiredTestClass()),
                        ExamContainer.class);
    }
}
