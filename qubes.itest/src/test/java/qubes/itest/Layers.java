package qubes.itest;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The layer rules, for the class files of all modules; the benchmarks and these tests may see
 * everything and are exempt. Each rule is seen failing by {@link LayersCatchTest}.
 */
final class Layers {
    private static final String CORE = "qubes.core..";
    private static final String[] EXEMPT = {"qubes.bench..", "qubes.itest..", "qubes.reference.."};

    private static final Set<String> KLASSES =
            Set.of(
                    "AppVM",
                    "TemplateVM",
                    "StandaloneVM",
                    "NetVM",
                    "DispVM",
                    "DisposableVM",
                    "RemoteVM");

    @ArchTest
    static final ArchRule coreNeedsLittle =
            classes()
                    .that()
                    .resideInAPackage(CORE)
                    .should()
                    .onlyDependOnClassesThat(
                            resideInAnyPackage(
                                    CORE,
                                    "java..",
                                    "javax.xml..",
                                    "org.xml.sax..",
                                    "org.w3c.dom..",
                                    "org.osgi..",
                                    "org.slf4j..",
                                    "org.jspecify..",
                                    "com.fasterxml.jackson..",
                                    "com.ctc.wstx..",
                                    "org.codehaus.stax2.."))
                    .because("the core knows no plugin: JDK, OSGi API, Jackson and slf4j only");

    @ArchTest
    static final ArchRule coreNamesNoKlass =
            classes()
                    .that()
                    .resideInAPackage(CORE)
                    .and(
                            not(
                                    describe(
                                            "declare default_template, whose klass upstream fixes",
                                            type ->
                                                    type.getName()
                                                            .equals("qubes.core.vm.Globals"))))
                    .and(
                            not(
                                    describe(
                                            "say what klasses of older stores meant",
                                            type ->
                                                    type.getName()
                                                            .equals(
                                                                    "qubes.core.internal.migration.OldKlasses"))))
                    .should(holdNoneOf(KLASSES))
                    .because(
                            "the core asks for a capability, never for a klass; dom0's AdminVM is its own");

    @ArchTest
    static final ArchRule bundlesSeeThemselvesAndTheCore =
            classes()
                    .that(areUnderTheRules())
                    .should(seeNoOtherBundle())
                    .because("a bundle must be able to leave without taking another along");

    @ArchTest
    static final ArchRule pluginsSeeContractsOnly =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(CORE)
                    .and(areUnderTheRules())
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("qubes.core..internal..")
                    .because("built-in plugins get no back door");

    @ArchTest
    static final ArchRule onlyOneBundleKnowsLibvirt =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("qubes.hypervisor.libvirt..")
                    .and(areUnderTheRules())
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.libvirt..", "com.sun.jna..");

    @ArchTest
    static final ArchRule contractsFormNoCycle =
            slices().matching("qubes.core.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesAreNullMarked =
            classes()
                    .that(areUnderTheRules())
                    .should(liveInANullMarkedPackage())
                    .because("NullAway looks at null-marked code only");

    @ArchTest
    static final ArchRule staticsAreFinal =
            fields().that()
                    .areStatic()
                    .and()
                    .areDeclaredInClassesThat(areUnderTheRules())
                    .should()
                    .beFinal()
                    .because("there is no static state");

    @ArchTest
    static final ArchRule staticsHoldNoState =
            noFields()
                    .that()
                    .areStatic()
                    .and()
                    .areDeclaredInClassesThat(areUnderTheRules())
                    .and(
                            describe(
                                    "are no constant's synthetic table",
                                    field ->
                                            !field.getModifiers().contains(JavaModifier.SYNTHETIC)))
                    .should(haveARawTypeThatHoldsState())
                    .because("there is no static state, nor a final holder of it");

    @ArchTest
    static final ArchRule servicesAreInjected =
            noClasses()
                    .that(areUnderTheRules())
                    .and()
                    .resideOutsideOfPackage("qubes.testkit..")
                    .and(
                            not(
                                    describe(
                                            "start before there are components",
                                            type ->
                                                    type.getName()
                                                            .equals("qubes.trust.TrustActivator"))))
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("org.osgi.util.tracker..")
                                    .or(assignableTo("org.osgi.framework.BundleActivator")))
                    .orShould()
                    .callMethodWhere(
                            describe(
                                    "a service is looked up",
                                    call ->
                                            call.getTarget().getName().startsWith("getService")
                                                    && call.getTargetOwner()
                                                            .isAssignableTo(
                                                                    "org.osgi.framework.BundleContext")))
                    .because("Declarative Services injects what a component needs");

    @ArchTest
    static final ArchRule systemPropertiesAreOnlyRead =
            noClasses()
                    .that(areUnderTheRules())
                    .and()
                    .resideOutsideOfPackage("qubes.testkit..")
                    .should()
                    .callMethod(System.class, "setProperty", String.class, String.class)
                    .orShould()
                    .callMethod(System.class, "clearProperty", String.class);

    @ArchTest
    static final ArchRule onlyTheClientPrints =
            noClasses()
                    .that(areUnderTheRules())
                    .and()
                    .resideOutsideOfPackages("qubes.client..", "qubes.daemon..")
                    .should()
                    .accessField(System.class, "out")
                    .orShould()
                    .accessField(System.class, "err")
                    .because("bundles log; only the client and the daemon's start have a terminal");

    private Layers() {}

    private static DescribedPredicate<JavaClass> areUnderTheRules() {
        return resideInAPackage("qubes..")
                .and(not(resideInAnyPackage(EXEMPT)))
                .as("are under the rules");
    }

    private static ArchCondition<JavaClass> seeNoOtherBundle() {
        List<String> modules = Modules.names();
        return new ArchCondition<>("see no bundle but their own and qubes.core") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String own = bundle(modules, type);
                type.getDirectDependenciesFromSelf()
                        .forEach(
                                dependency -> {
                                    JavaClass target =
                                            dependency.getTargetClass().getBaseComponentType();
                                    String other = bundle(modules, target);
                                    boolean toTheCore =
                                            other.equals("qubes.core")
                                                    && !own.equals("qubes.client");
                                    if (!other.isEmpty() && !other.equals(own) && !toTheCore) {
                                        events.add(
                                                SimpleConditionEvent.violated(
                                                        type, dependency.getDescription()));
                                    }
                                });
            }
        };
    }

    private static String bundle(List<String> modules, JavaClass type) {
        String name = type.getPackageName();
        return modules.stream()
                .filter(module -> name.equals(module) || name.startsWith(module + "."))
                .findFirst()
                .orElse("");
    }

    private static ArchCondition<JavaClass> holdNoneOf(Set<String> words) {
        return new ArchCondition<>("hold none of the strings " + words) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (String constant : strings(type)) {
                    if (words.contains(constant)) {
                        events.add(
                                SimpleConditionEvent.violated(
                                        type, type.getName() + " holds \"" + constant + "\""));
                    }
                }
            }
        };
    }

    private static List<String> strings(JavaClass type) {
        if (type.getSource().isEmpty()) {
            return List.of();
        }
        try (InputStream in = type.getSource().get().getUri().toURL().openStream()) {
            return ConstantPool.read(in).strings();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
        return new ArchCondition<>("live in a null-marked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
                    events.add(
                            SimpleConditionEvent.violated(
                                    type,
                                    type.getName()
                                            + ": "
                                            + type.getPackageName()
                                            + " is not @NullMarked"));
                }
            }
        };
    }

    private static ArchCondition<JavaField> haveARawTypeThatHoldsState() {
        List<Class<?>> holders =
                List.of(
                        AtomicBoolean.class,
                        AtomicInteger.class,
                        AtomicLong.class,
                        AtomicReference.class,
                        StringBuilder.class,
                        Thread.class,
                        ThreadLocal.class);
        return new ArchCondition<>("have a raw type that holds state") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                JavaClass type = field.getRawType();
                boolean mutable =
                        holders.stream().anyMatch(type::isAssignableTo)
                                || isImplementation(type, Collection.class)
                                || isImplementation(type, Map.class)
                                || type.isAssignableTo(ConcurrentMap.class);
                if (mutable) {
                    events.add(
                            SimpleConditionEvent.satisfied(
                                    field, field.getFullName() + " is a " + type.getName()));
                }
            }
        };
    }

    private static boolean isImplementation(JavaClass type, Class<?> collection) {
        return type.isAssignableTo(collection) && !type.isInterface();
    }
}
