package qubes.testkit.catches;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs a contract as JUnit would, and tells which of its claims failed. */
final class Caught {
    private Caught() {}

    /** All claims of the contract that do not hold. */
    static Set<String> by(Class<?> contract) {
        return run(selectClass(contract));
    }

    /** The claim's name if it does not hold, else nothing. */
    static Set<String> by(Class<?> contract, String claim) {
        return run(selectMethod(contract, claim));
    }

    /** Names of the claims that the contract itself has. */
    static Set<String> claimsOf(Class<?> contract) {
        return Stream.of(contract.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The claims in the rows of a test of this package: {@code wrong plugin, claim}. */
    static Set<String> triedBy(Class<?> test) {
        return Stream.of(test.getDeclaredMethods())
                .flatMap(method -> Stream.of(method.getAnnotationsByType(CsvSource.class)))
                .flatMap(rows -> Stream.of(rows.value()))
                .map(row -> row.substring(row.indexOf(',') + 1).strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> run(DiscoverySelector selector) {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selector).build();
        Set<String> failed = new TreeSet<>();
        Set<String> run = new TreeSet<>();
        LauncherFactory.create()
                .execute(
                        request,
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(
                                    TestIdentifier test, TestExecutionResult result) {
                                if (test.isTest()) {
                                    String name =
                                            ((MethodSource) test.getSource().orElseThrow())
                                                    .getMethodName();
                                    run.add(name);
                                    if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                                        failed.add(name);
                                    }
                                }
                            }
                        });
        if (run.isEmpty()) {
            throw new IllegalStateException("no test found by " + selector);
        }
        return failed;
    }
}
