package qubes.testkit.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;
import qubes.core.property.Property;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.QubesFixture;

/** The systems and domains of {@link DomainClassContract}. */
final class KlassRules {
    /** Names in lineages, and of the core's own klasses. */
    static final Set<String> TAKEN =
            Set.of("AdminVM", "BaseVM", "LocalVM", "QubesVM", "UnavailableVM", "Qubes", "Any");

    private static final String TEMPLATE_KLASS = "TemplateVM";

    private KlassRules() {}

    /** A system that has the klass. */
    static QubesFixture system(DomainClassContract contract) throws Exception {
        return system(contract, contract.factory());
    }

    /** A system with what the klass needs, and with that factory if there is one. */
    static QubesFixture system(DomainClassContract contract, @Nullable DomainFactory factory)
            throws Exception {
        String klass = contract.factory().traits().klass();
        QubesFixture system = QubesFixture.inMemory(contract.bundles().toArray(String[]::new));
        try {
            Qubes qubes = system.qubes();
            if (!klass.equals(TEMPLATE_KLASS)) {
                if (!qubes.klasses().contains(TEMPLATE_KLASS)) {
                    system.provide(DomainFactory.class, PlainVM.factory(TEMPLATE_KLASS));
                }
                Domains.create(qubes, TEMPLATE_KLASS, DomainClassContract.TEMPLATE, "kernel=");
            }
            contract.prepare(qubes);
            if (factory != null) {
                system.provide(DomainFactory.class, factory);
                assertTrue(
                        qubes.klasses().contains(klass),
                        () -> "the core left klass " + klass + " out");
            }
            return system;
        } catch (Exception | AssertionError e) {
            system.close();
            throw e;
        }
    }

    static BaseVM create(DomainClassContract contract, Qubes qubes, String name) throws Exception {
        BaseVM vm =
                Domains.create(
                        qubes,
                        contract.factory().traits().klass(),
                        name,
                        contract.properties().toArray(String[]::new));
        assertTrue(vm.available(), () -> vm + " is unavailable though its factory is there");
        assertEquals(contract.factory().traits().klass(), vm.klass());
        return vm;
    }

    /** Starts a guest that boots its own kernel, as there is no other. */
    static void start(QubesVM guest) {
        if (guest.isDefault(QubesVM.KERNEL)) {
            guest.set(QubesVM.KERNEL, "");
        }
        guest.start();
    }

    static Set<String> names(Qubes qubes) {
        Set<String> names = new TreeSet<>();
        qubes.domains().forEach(vm -> names.add(vm.name().value()));
        return names;
    }

    /** Reads a property as clients do, and its default. */
    static <T> void read(BaseVM vm, Property<T> property) {
        try {
            Optional<T> value = vm.find(property);
            Optional<T> byDefault = vm.defaultOf(property);
            for (Optional<T> one : List.of(value, byDefault)) {
                if (isThere(one) && !property.computed()) {
                    String text = property.type().write(one.orElseThrow());
                    assertEquals(
                            text,
                            property.type().write(property.type().parse(text)),
                            () -> property + " reads what it writes otherwise");
                }
            }
            if (!property.computed() && property.defaults().isEmpty() && vm.isDefault(property)) {
                throw new AssertionError(property + " has neither a value nor a default");
            }
            property.defaultOriginFor(vm);
        } catch (RuntimeException e) {
            throw new AssertionError(property + " cannot be read on a new domain: " + e, e);
        }
    }

    /** True for a value that says something: one that may be none is a value as well. */
    private static boolean isThere(Optional<?> value) {
        return value.isPresent() && !value.get().equals(Optional.empty());
    }

    /** Sets explicitly to its default what can be set, as far as the klass lets it. */
    static void setAll(BaseVM vm) {
        for (Property<?> property : vm.properties()) {
            if (!property.computed() && !property.writeOnce() && vm.isDefault(property)) {
                copy(vm, vm, property);
            }
        }
    }

    /** Sets a property of one domain to the value that another has, unless it is refused. */
    static <T> void copy(BaseVM from, BaseVM to, Property<T> property) {
        Optional<T> value = from.find(property);
        if (isThere(value)) {
            try {
                to.set(property, value.orElseThrow());
            } catch (QubesException e) {
                return; // what is not to be set need not be kept
            }
        }
    }

    /** The explicit values, as clients see them. */
    static Map<String, String> values(BaseVM vm) {
        Map<String, String> values = new TreeMap<>();
        for (Property<?> property : vm.properties()) {
            if (!property.computed() && !vm.isDefault(property)) {
                values.put(property.name(), Domains.value(vm, property.name()));
            }
        }
        return values;
    }
}
