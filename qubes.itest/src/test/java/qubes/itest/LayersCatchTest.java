package qubes.itest;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plants one violation for each rule and sees it caught: a rule that cannot fail proves nothing.
 */
class LayersCatchTest {
    @TempDir Path folder;

    static Stream<Arguments> plantedViolations() {
        return Stream.of(
                planted(
                        "coreNeedsLittle",
                        "a core contract that names a plugin's class",
                        "package qubes.vm.appvm; public class AppVM {}",
                        "package qubes.core.vm; class Bad { qubes.vm.appvm.AppVM vm; }"),
                planted(
                        "coreNamesNoKlass",
                        "a switch on a klass name in the core",
                        "package qubes.core.vm; class Bad { int f(String klass) {"
                                + " switch (klass) { case \"DispVM\": return 1; default: return 0; } } }"),
                planted(
                        "bundlesSeeThemselvesAndTheCore",
                        "a plugin that extends another plugin's class",
                        "package qubes.vm.appvm; public class AppVM {}",
                        "package qubes.vm.dispvm; class Bad extends qubes.vm.appvm.AppVM {}"),
                planted(
                        "bundlesSeeThemselvesAndTheCore",
                        "a client that uses the core",
                        "package qubes.core.vm; public class Name {}",
                        "package qubes.client; class Bad { qubes.core.vm.Name[] names; }"),
                planted(
                        "pluginsSeeContractsOnly",
                        "a plugin that uses an internal class of the core",
                        "package qubes.core.internal.store; public class Store {}",
                        "package qubes.storage.file; class Bad { Object o = new qubes.core.internal.store.Store(); }"),
                planted(
                        "onlyOneBundleKnowsLibvirt",
                        "an Admin API that calls libvirt",
                        "package org.libvirt; public class Connect { public static void close() {} }",
                        "package qubes.admin; class Bad { void f() { org.libvirt.Connect.close(); } }"),
                planted(
                        "contractsFormNoCycle",
                        "two contract packages that need each other",
                        "package qubes.core.value; public class A { qubes.core.vm.B b; }",
                        "package qubes.core.vm; public class B { qubes.core.value.A a; }"),
                planted(
                        "packagesAreNullMarked",
                        "a package without package-info",
                        "package qubes.admin.frames; class Bad {}"),
                planted(
                        "staticsAreFinal",
                        "a static counter",
                        "@org.jspecify.annotations.NullMarked package qubes.admin;",
                        "package qubes.admin; class Bad { static int calls; }"),
                planted(
                        "staticsHoldNoState",
                        "a static final map that is filled as it goes",
                        "package qubes.admin; class Bad {"
                                + " static final java.util.concurrent.ConcurrentMap<String, String> CACHE ="
                                + " new java.util.concurrent.ConcurrentHashMap<>(); }"),
                planted(
                        "servicesAreInjected",
                        "a service looked up by hand",
                        "package qubes.admin; class Bad { Object f(org.osgi.framework.BundleContext context) {"
                                + " return context.getService(context.getServiceReference(Runnable.class)); } }"),
                planted(
                        "servicesAreInjected",
                        "a bundle activator",
                        "package qubes.admin; class Bad implements org.osgi.framework.BundleActivator {"
                                + " public void start(org.osgi.framework.BundleContext c) {}"
                                + " public void stop(org.osgi.framework.BundleContext c) {} }"),
                planted(
                        "systemPropertiesAreOnlyRead",
                        "a system property that is set",
                        "package qubes.admin; class Bad { void f() { System.setProperty(\"a\", \"b\"); } }"),
                planted(
                        "onlyTheClientPrints",
                        "a bundle that prints",
                        "package qubes.admin; class Bad { void f() { System.out.println(); } }"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("plantedViolations")
    @DisplayName("a planted violation is caught by its rule")
    void plantedViolationIsCaught(String rule, String violation, String[] sources)
            throws Exception {
        JavaClasses planted = compiled(sources);

        assertTrue(
                rule(rule).evaluate(planted).hasViolation(),
                () -> rule + " did not catch " + violation);
    }

    @Test
    @DisplayName("code in order passes every rule")
    void orderIsAccepted() throws Exception {
        JavaClasses planted =
                compiled(
                        "@org.jspecify.annotations.NullMarked package qubes.core.vm;",
                        "package qubes.core.vm; public class BaseVM {"
                                + " protected static final java.util.List<String> KLASSES = java.util.List.of(\"AdminVM\"); }",
                        "@org.jspecify.annotations.NullMarked package qubes.vm.appvm;",
                        "package qubes.vm.appvm; class AppVM extends qubes.core.vm.BaseVM { String klass = \"AppVM\"; }",
                        "@org.jspecify.annotations.NullMarked package qubes.client;",
                        "package qubes.client; class Main { void f() { System.out.println(); } }");

        for (String rule : rules()) {
            assertEquals(
                    "",
                    String.join("\n", rule(rule).evaluate(planted).getFailureReport().getDetails()),
                    rule);
        }
    }

    @Test
    @DisplayName("there is a planted violation for every rule")
    void everyRuleIsSeenFailing() {
        Set<String> planted =
                plantedViolations()
                        .map(arguments -> (String) arguments.get()[0])
                        .collect(toCollection(TreeSet::new));

        assertEquals(rules(), planted);
    }

    @Test
    @DisplayName("a test that sleeps is caught")
    void sleepingTestIsCaught() throws Exception {
        JavaClasses planted =
                compiled(
                        "package qubes.admin; class BadTest { void f() throws InterruptedException { Thread.sleep(1); } }");

        assertTrue(TestHabitsTest.NOTHING_SLEEPS.evaluate(planted).hasViolation());
        assertFalse(
                TestHabitsTest.NOTHING_SLEEPS
                        .evaluate(compiled("package qubes.shell; class GoodTest {}"))
                        .hasViolation());
    }

    private static Arguments planted(String rule, String violation, String... sources) {
        return Arguments.of(rule, violation, sources);
    }

    private static Set<String> rules() {
        return Arrays.stream(Layers.class.getDeclaredFields())
                .filter(field -> field.isAnnotationPresent(ArchTest.class))
                .map(field -> field.getName())
                .collect(toCollection(TreeSet::new));
    }

    private static ArchRule rule(String name) throws ReflectiveOperationException {
        return (ArchRule) Layers.class.getDeclaredField(name).get(null);
    }

    private JavaClasses compiled(String... sources) throws Exception {
        Path classes = Files.createTempDirectory(folder, "classes");
        PlantedSources.compile(Files.createTempDirectory(folder, "sources"), classes, sources);
        return new ClassFileImporter().importPath(classes);
    }
}
