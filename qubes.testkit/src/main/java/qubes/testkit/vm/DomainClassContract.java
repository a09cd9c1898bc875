package qubes.testkit.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.QubesException;
import qubes.core.event.Lifecycle;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.state.DomainRecord;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.PowerState;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Domains;
import qubes.testkit.KlassTable;
import qubes.testkit.OrdinaryLife;
import qubes.testkit.QubesFixture;

/**
 * What every klass owes the core. Implement it in a test class of the klass's bundle; {@link
 * #factory} is enough for most. Each test that needs one runs in a system of its own, in memory,
 * which has a klass {@code TemplateVM} and a template {@value #TEMPLATE} of it unless the klass
 * under test or one of {@link #bundles} is that.
 */
public interface DomainClassContract {
    /** Name of the template in the contract's systems. */
    String TEMPLATE = "contract-template";

    /**
     * {@return the factory, as the framework would make it} Called several times by some tests.
     *
     * @throws Exception if it cannot be made
     */
    DomainFactory factory() throws Exception;

    /** {@return symbolic names of bundles whose klasses domains of this one need; few need any} */
    default List<String> bundles() {
        return List.of();
    }

    /**
     * Makes what a new domain of the klass needs besides {@value #TEMPLATE}. May block.
     *
     * @param qubes the application of the test's system
     * @throws Exception if it cannot be made
     */
    default void prepare(Qubes qubes) throws Exception {}

    /**
     * {@return what a new domain is made with besides its name and a label, as {@code
     * template=fedora}; unless told, the template where the klass has a property {@code template}}
     *
     * @throws Exception if it cannot be made
     */
    default List<String> properties() throws Exception {
        return factory().traits().properties().has("template")
                ? List.of("template=" + TEMPLATE)
                : List.of();
    }

    /**
     * What the klass declares is constant.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("what the klass declares is constant")
    default void traitsAreConstant() throws Exception {
        DomainFactory factory = factory();
        KlassTraits traits = factory.traits();
        KlassTraits again = factory.traits();
        assertEquals(traits.klass(), again.klass());
        assertEquals(traits.aliases(), again.aliases());
        assertEquals(traits.iconPrefix(), again.iconPrefix());
        assertEquals(KlassTable.lineage(traits), KlassTable.lineage(again));
        assertEquals(KlassTable.volumes(traits), KlassTable.volumes(again));
        assertEquals(KlassTable.propertyNames(traits), KlassTable.propertyNames(again));
        for (Property<?> property : traits.properties()) {
            assertSame(
                    property,
                    again.property(property.name()).orElseThrow(),
                    () -> property + " is declared anew each time");
        }
        assertEquals(traits.klass(), factory().traits().klass());
    }

    /**
     * The klass has a name that clients can say, and takes nobody else's.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("the klass has a name that clients can say, and takes nobody else's")
    default void klassIsLegal() throws Exception {
        KlassTraits traits = factory().traits();
        List<String> names = new ArrayList<>(traits.aliases());
        names.add(traits.klass());
        for (String name : names) {
            assertTrue(
                    Pattern.matches("[A-Za-z][A-Za-z0-9_]{0,30}", name),
                    () -> name + " has characters other than letters, digits and _");
            assertFalse(
                    KlassRules.TAKEN.contains(name), () -> name + " means something else already");
        }
        assertEquals(names.size(), Set.copyOf(names).size(), names::toString);
        assertEquals(traits.klass(), traits.lineage().get(traits.lineage().size() - 1).name());
        assertEquals(
                traits.lineage().size(),
                traits.lineage().stream().map(KlassTraits.Level::name).distinct().count(),
                () -> "one name twice in " + KlassTable.lineage(traits));
        assertTrue(
                traits.is(BaseVM.TRAITS.klass()),
                "it does not extend the traits of its base class");
    }

    /**
     * Every property is documented, and one that the core has means the same.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("every property is documented, and one that the core has means the same")
    default void propertiesAreDocumented() throws Exception {
        KlassTraits traits = factory().traits();
        PropertyTable core =
                traits.is("QubesVM") ? QubesVM.TRAITS.properties() : BaseVM.TRAITS.properties();
        for (Property<?> property : traits.properties()) {
            assertTrue(
                    Pattern.matches("[a-z][a-z0-9_]*", property.name()),
                    () -> property + " is no name of a property");
            assertFalse(property.doc().isBlank(), () -> property + " has no documentation");
            core.find(property.name())
                    .ifPresent(
                            same ->
                                    assertEquals(
                                            same.type().wireTag(),
                                            property.type().wireTag(),
                                            () -> property + " has another type than the core's"));
        }
        for (Property<?> property : core) {
            assertTrue(traits.properties().has(property.name()), () -> property + " is missing");
        }
    }

    /**
     * Every property of a new domain can be read, and every default be set.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("every property of a new domain can be read, and every default be set")
    default void defaultsCanBeRead() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            BaseVM vm = KlassRules.create(this, system.qubes(), "contract");
            var state = system.qubes().state();
            for (Property<?> property : vm.properties()) {
                KlassRules.read(vm, property);
            }
            assertSame(state, system.qubes().state(), "reading changed the model");
        }
    }

    /**
     * Making a live object neither waits nor changes the model.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("making a live object neither waits nor changes the model")
    default void createIsQuick() throws Exception {
        WatchedFactory watched = new WatchedFactory(factory());
        try (QubesFixture system = KlassRules.system(this, watched)) {
            KlassRules.create(this, system.qubes(), "contract");
            watched.begin();
            KlassRules.create(this, system.qubes(), "contract2");
            system.restart();
            assertEquals(List.of(), watched.complaints());
            assertTrue(watched.made() > 0, "the factory was not asked");
        }
    }

    /**
     * What is asked for is completed, not changed: neither klass nor explicit values.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("what is asked for is completed, not changed: neither klass nor explicit values")
    default void prepareKeepsWhatWasAsked() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            DomainFactory factory = factory();
            NewDomain asked =
                    NewDomain.of(factory.traits().klass(), new DomainName("contract"))
                            .with(BaseVM.LABEL, "green");
            var state = system.qubes().state();
            NewDomain prepared;
            try {
                prepared = factory.prepare(system.qubes(), asked);
            } catch (QubesException e) {
                return; // it asks for more than a name and a label, which is its right
            }
            assertEquals(asked.klass(), prepared.klass());
            assertEquals(Optional.of("green"), prepared.value(BaseVM.LABEL));
            assertSame(state, system.qubes().state(), "preparing changed the model");
        }
    }

    /**
     * A domain that was stored is the same when the system starts again.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a domain that was stored is the same when the system starts again")
    default void survivesRestart() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            BaseVM vm = KlassRules.create(this, system.qubes(), "contract");
            vm.features().set("contract", "kept");
            vm.tags().add("contract");
            KlassRules.setAll(vm);
            DomainRecord before = vm.record();
            String text = vm.xml();
            var values = KlassRules.values(vm);
            BaseVM after = Domains.named(system.restart(), "contract");
            assertTrue(after.available(), "it is unavailable");
            assertEquals(text, after.xml());
            assertEquals(before.uuid(), after.uuid());
            assertEquals(values, KlassRules.values(after));
        }
    }

    /**
     * Without its factory a domain is unavailable, with it again it is the same.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("without its factory a domain is unavailable, with it again it is the same")
    default void leavesAndComesBack() throws Exception {
        try (QubesFixture system = KlassRules.system(this, null)) {
            DomainFactory factory = factory();
            QubesFixture.Provided klass = system.provide(DomainFactory.class, factory);
            Qubes qubes = system.qubes();
            BaseVM vm = KlassRules.create(this, qubes, "contract");
            vm.as(QubesVM.class).ifPresent(KlassRules::start);
            DomainRecord record = vm.record();
            String text = vm.xml();
            PowerState power = vm.powerState();
            klass.close();
            BaseVM away = Domains.named(qubes, "contract");
            assertFalse(away.available(), "it is there without its factory");
            assertEquals(record, away.record());
            system.provide(DomainFactory.class, factory());
            BaseVM back = Domains.named(qubes, "contract");
            assertTrue(back.available(), "it is not back");
            assertEquals(record, back.record());
            assertEquals(text, back.xml());
            assertEquals(power, back.powerState());
        }
    }

    /**
     * A clone has every value that cloning keeps.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a clone has every value that cloning keeps")
    default void cloneKeepsProperties() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            BaseVM vm = KlassRules.create(this, system.qubes(), "contract");
            KlassRules.setAll(vm);
            BaseVM clone = KlassRules.create(this, system.qubes(), "contract2");
            TreeMap<String, String> expected = new TreeMap<>();
            for (Property<?> property : vm.properties()) {
                if (property.clonable() && !vm.isDefault(property)) {
                    expected.put(property.name(), Domains.value(vm, property.name()));
                    KlassRules.copy(vm, clone, property);
                }
            }
            TreeMap<String, String> values = new TreeMap<>(KlassRules.values(clone));
            values.keySet().retainAll(expected.keySet());
            assertEquals(expected, values);
        }
    }

    /**
     * A removed domain leaves nothing in the system.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("a removed domain leaves nothing in the system")
    default void isRemoved() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            Qubes qubes = system.qubes();
            Set<String> before = new TreeSet<>(KlassRules.names(qubes));
            BaseVM vm = KlassRules.create(this, qubes, "contract");
            String uuid = vm.uuid().toString();
            qubes.remove(vm);
            assertEquals(before, KlassRules.names(qubes));
            assertFalse(qubes.xml(qubes.state()).contains(uuid), "the store still names it");
        }
    }

    /**
     * It starts and ends on a hypervisor, if it is a guest.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("it starts and ends on a hypervisor, if it is a guest")
    default void startsAndEnds() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            BaseVM vm = KlassRules.create(this, system.qubes(), "contract");
            if (!(vm instanceof QubesVM guest)) {
                vm.powerState(); // its own business, but it has one
                return;
            }
            assertEquals(PowerState.HALTED, guest.powerState());
            KlassRules.start(guest);
            assertEquals(PowerState.RUNNING, guest.powerState());
            assertTrue(system.hypervisor().state(guest.uuid()).active(), "there is no guest");
            guest.shutdown(false, true);
            assertFalse(system.hypervisor().state(guest.uuid()).active(), "the guest is there");
            if (guest.available()) {
                assertEquals(PowerState.HALTED, guest.powerState());
            }
        }
    }

    /**
     * An ordinary life brings no error but such as clients know.
     *
     * @throws Exception if it cannot be tried
     */
    @Test
    @DisplayName("an ordinary life brings no error but such as clients know")
    default void livesWithoutError() throws Exception {
        try (QubesFixture system = KlassRules.system(this)) {
            BaseVM vm = KlassRules.create(this, system.qubes(), "contract");
            OrdinaryLife.of(vm);
            if (system.qubes().find(vm.name()).isPresent()) {
                vm.fire(new Lifecycle.Load(vm)); // whose errors the core keeps for the log
                system.qubes().remove(vm);
            }
        }
    }
}
