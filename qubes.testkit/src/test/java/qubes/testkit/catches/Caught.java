package qubes.testkit.catches;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Set;
import java.util.TreeSet;
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
