package qubes.itest.exam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.CoreOptions;
import org.ops4j.pax.exam.Option;
import qubes.itest.BuiltBundle;
import qubes.testkit.exam.PaxExam;
import qubes.testkit.exam.QubesExam;
import qubes.testkit.exam.QubesHome;

/** The extension as its users meet it: JUnit runs a class with it, and reports. */
class PaxExamIT {
    /** Display name of each test of {@link Guinea} to what JUnit reported for it. */
    private static Map<String, TestExecutionResult> reports;

    private static Map<Object, Object> propertiesBefore;

    @BeforeAll
    static void runGuinea() {
        propertiesBefore = Map.copyOf(System.getProperties());
        reports = run(Guinea.class);
    }

    @Test
    @DisplayName("every test is reported, passed ones as passed")
    void everyTestIsReported() {
        Set<String> passed = new TreeSet<>();
        reports.forEach(
                (test, report) -> {
                    if (report.getStatus() == Status.SUCCESSFUL) {
                        passed.add(test);
                    }
                });
        assertEquals(
                Set.of(
                        "passes(BundleContext)",
                        "passesAgain()",
                        "passesNested()",
                        "[1] number=1",
                        "[2] number=2"),
                passed);
    }

    @Test
    @DisplayName("a failed assertion arrives as JUnit's own, with both values")
    void failedAssertionArrives() {
        AssertionFailedError error =
                assertInstanceOf(AssertionFailedError.class, thrown("failsAnAssertion()"));
        assertEquals("expected", error.getExpected().getValue());
        assertEquals("actual", error.getActual().getValue());
    }

    @Test
    @DisplayName("an exception arrives as it was thrown, with the line that threw it")
    void exceptionArrives() {
        Throwable thrown = thrown("throwsAnException()");
        assertInstanceOf(NoSuchElementException.class, thrown);
        assertEquals("inside", thrown.getMessage());
        assertEquals("throwsAnException", thrown.getStackTrace()[0].getMethodName());
    }

    @Test
    @DisplayName("a failed assumption aborts the test")
    void failedAssumptionAborts() {
        assertEquals(Status.ABORTED, reports.get("assumesInVain()").getStatus());
        assertInstanceOf(TestAbortedException.class, thrown("assumesInVain()"));
    }

    @Test
    @DisplayName("one invocation of a parameterised test fails alone")
    void oneInvocationFailsAlone() {
        assertTrue(thrown("[3] number=3").getMessage().startsWith("3 is refused"));
    }

    @Test
    @DisplayName("a missing service is named, with how long it was waited for")
    void missingServiceIsNamed() {
        String message =
                rootCause(thrown("asksForAServiceThatIsNotThere(StartLevel)")).getMessage();
        assertTrue(message.contains("StartLevel)(klass=Nope)) came within 1 s"), message);
    }

    @Test
    @DisplayName("a test factory is refused, with what to use instead")
    void testFactoryIsRefused() {
        assertTrue(thrown("factory()").getMessage().contains("@ParameterizedTest"));
    }

    @Test
    @DisplayName("system properties are as before")
    void systemPropertiesAreReset() {
        assertEquals(propertiesBefore, Map.copyOf(System.getProperties()));
    }

    @Test
    @DisplayName("a class without configuration is told how to write one")
    void missingConfigurationIsExplained() {
        assertTrue(
                run(NoConfiguration.class)
                        .get("PaxExamIT$NoConfiguration")
                        .getThrowable()
                        .orElseThrow()
                        .getMessage()
                        .contains("needs one: @Configuration static Option[]"));
    }

    @Test
    @DisplayName("a bundle that does not resolve is named with what it misses")
    void unresolvedBundleIsNamed() {
        Throwable thrown =
                run(Unresolved.class).get("PaxExamIT$Unresolved").getThrowable().orElseThrow();
        assertTrue(thrown.getMessage().contains("needy: "), thrown.getMessage());
        assertTrue(thrown.getMessage().contains("nobody.exports.me"), thrown.getMessage());
    }

    @Test
    @DisplayName("one instance for all tests is refused")
    void perClassIsRefused() {
        assertTrue(
                run(PerClass.class)
                        .get("PaxExamIT$PerClass")
                        .getThrowable()
                        .orElseThrow()
                        .getMessage()
                        .contains("Lifecycle.PER_CLASS"));
    }

    private static Throwable thrown(String test) {
        assertNotNull(reports.get(test), () -> test + " is not in " + reports.keySet());
        assertFalse(reports.get(test).getStatus() == Status.SUCCESSFUL);
        return reports.get(test).getThrowable().orElseThrow();
    }

    private static Throwable rootCause(Throwable thrown) {
        return thrown.getCause() == null ? thrown : rootCause(thrown.getCause());
    }

    /** What JUnit reports for tests, and for containers that failed, by display name. */
    private static Map<String, TestExecutionResult> run(Class<?> testClass) {
        Map<String, TestExecutionResult> results = new LinkedHashMap<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(testClass))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(
                                    TestIdentifier test, TestExecutionResult result) {
                                if (test.isTest() || result.getThrowable().isPresent()) {
                                    results.put(test.getDisplayName(), result);
                                }
                            }
                        });
        return results;
    }

    @ExtendWith(PaxExam.class)
    static class NoConfiguration {
        @Test
        void runs() {}
    }

    @ExtendWith(PaxExam.class)
    static class Unresolved {
        @Configuration
        static Option[] system() throws Exception {
            QubesHome home = QubesHome.create();
            Path jar =
                    BuiltBundle.named("needy")
                            .with("Import-Package", "nobody.exports.me")
                            .in(home.path().resolve("cache"));
            return CoreOptions.options(
                    QubesExam.options(home), CoreOptions.bundle(jar.toUri().toString()));
        }

        @Test
        void runs() {}
    }

    @ExtendWith(PaxExam.class)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class PerClass {
        @Test
        void runs() {}
    }
}
