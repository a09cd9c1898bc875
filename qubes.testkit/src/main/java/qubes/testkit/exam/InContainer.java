package qubes.testkit.exam;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectUniqueId;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The far end of {@link PaxExam}: what Pax Exam's invoker calls in the container. Public for that
 * caller only.
 *
 * <p>Its context is the probe's, the bundle that holds the test's classes.
 */
public final class InContainer {
    /** For Pax Exam's invoker. */
    public InContainer() {}

    /**
     * Fails if a bundle is not resolved, with the framework's reason; the container itself only
     * logs that.
     *
     * @param probe the test's bundle in the container
     * @throws IllegalStateException naming each such bundle and what it misses
     */
    public void check(BundleContext probe) {
        List<String> unresolved = new ArrayList<>();
        for (Bundle bundle : probe.getBundles()) {
            if (bundle.getState() == Bundle.INSTALLED) {
                try {
                    bundle.start();
                } catch (BundleException e) {
                    unresolved.add(bundle.getSymbolicName() + ": " + e.getMessage());
                }
            }
        }
        if (!unresolved.isEmpty()) {
            throw new IllegalStateException(
                    "Bundles of the container that do not resolve:\n  "
                            + String.join("\n  ", unresolved));
        }
    }

    /**
     * Runs one test.
     *
     * @param probe the test's bundle in the container
     * @param uniqueId JUnit's id of the test, the same on both sides
     * @throws Throwable what the test threw
     */
    public void run(BundleContext probe, String uniqueId) throws Throwable {
        Outcome outcome = new Outcome();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectUniqueId(uniqueId))
                        .build();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // The launcher finds the test class through the thread.
        thread.setContextClassLoader(probe.getBundle().adapt(BundleWiring.class).getClassLoader());
        try {
            launcher().execute(request, outcome);
        } finally {
            thread.setContextClassLoader(before);
        }
        outcome.rethrow(uniqueId);
    }

    /**
     * Calls a static method of the test class: {@code @BeforeAll} or {@code @AfterAll}.
     *
     * @param probe the test's bundle in the container
     * @param className name of the test class
     * @param methodName name of the method
     * @param given the argument for each parameter that the container does not provide
     * @throws Throwable what the method threw
     */
    public void invoke(BundleContext probe, String className, String methodName, Object[] given)
            throws Throwable {
        Method method = find(probe.getBundle().loadClass(className), methodName, given.length);
        Object[] arguments = new Object[given.length];
        for (int i = 0; i < given.length; i++) {
            Parameter parameter = method.getParameters()[i];
            arguments[i] =
                    Injection.isAsked(parameter)
                            ? Injection.value(parameter)
                            : shared(given[i], parameter, method);
        }
        try {
            method.setAccessible(true);
            method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    /** A launcher that finds its engine without services, whose files a framework hides. */
    private static Launcher launcher() {
        return LauncherFactory.create(
                LauncherConfig.builder()
                        .enableTestEngineAutoRegistration(false)
                        .enableLauncherSessionListenerAutoRegistration(false)
                        .enableLauncherDiscoveryListenerAutoRegistration(false)
                        .enableTestExecutionListenerAutoRegistration(false)
                        .enablePostDiscoveryFilterAutoRegistration(false)
                        .addTestEngines(new JupiterTestEngine())
                        .build());
    }

    private static Method find(Class<?> type, String name, int parameters) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == parameters) {
                    return method;
                }
            }
        }
        throw new IllegalStateException("No method " + name + " in " + type);
    }

    /** An argument from outside is good inside only if both sides know it as the same type. */
    private static Object shared(Object argument, Parameter parameter, Method method) {
        if (!parameter.getType().isInstance(argument)) {
            throw new IllegalStateException(
                    method
                            + ": its parameter "
                            + parameter.getType().getName()
                            + " cannot be passed into the container; ask for services, the BundleContext or"
                            + " types of the JDK");
        }
        return argument;
    }

    /** What came of one test. */
    private static final class Outcome implements TestExecutionListener {
        private @Nullable Throwable failure;
        private boolean ran;

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            ran = true;
            add(new TestAbortedException("Skipped in the container: " + reason));
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            ran |= test.isTest();
            result.getThrowable().ifPresent(this::add);
        }

        private void add(Throwable thrown) {
            if (failure == null) {
                failure = thrown;
            } else {
                failure.addSuppressed(thrown);
            }
        }

        void rethrow(String uniqueId) throws Throwable {
            if (failure != null) {
                throw failure;
            }
            if (!ran) {
                throw new IllegalStateException("Not found in the container: " + uniqueId);
            }
        }
    }
}
