package qubes.core.internal.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNoSuchPropertyError;
import qubes.core.event.PropertyPreReset;
import qubes.core.event.PropertyPreSet;
import qubes.core.property.Property;
import qubes.core.property.PropertyTable;
import qubes.core.property.PropertyType;
import qubes.core.value.Label;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** Spec domain-model.md, upstream unit-test facts, rows 'init property'. */
class PropertyProtocolTest {
    private static final Property<String> PLAIN =
            Property.named("plain", PropertyType.STR).define();

    private static final Property<String> DERIVED =
            Property.of(BaseVM.class, "derived", PropertyType.STR)
                    .defaultsTo("the name", vm -> "default of " + vm.name())
                    .define();

    private static final Property<String> SHOUTED =
            Property.of(BaseVM.class, "shouted", PropertyType.STR)
                    .accept((vm, text) -> text.toUpperCase(Locale.ROOT))
                    .define();

    private static final Property<Integer> NUMBER =
            Property.named("number", PropertyType.INT).define();

    private static final Property<String> ONCE =
            Property.named("once", PropertyType.STR).writeOnce().define();

    private static final Property<String> COMPUTED =
            Property.of(BaseVM.class, "computed", PropertyType.STR)
                    .computed("always so", vm -> "so")
                    .define();

    private static final TestSystem.Klass HOLDER =
            new TestSystem.Klass(
                    QubesVM.TRAITS
                            .extend("HolderVM")
                            .declare(PLAIN, DERIVED, SHOUTED, NUMBER, ONCE, COMPUTED)
                            .define());

    @TempDir private Path home;

    private QubesSystem system;
    private BaseVM holder;

    @BeforeEach
    void open() {
        system = TestSystem.empty(home);
        TestSystem.addFactory(system, HOLDER);
        holder = TestSystem.make(system, HOLDER, "holder");
    }

    @AfterEach
    void close() {
        system.close();
    }

    @Test
    @DisplayName("Label(1,#cc0000,red) | icon appvm-red, icon_dispvm dispvm-red")
    void labelIcons() {
        Label red = new Label(1, "0xcc0000", "red");
        assertEquals("appvm-red", red.icon());
        assertEquals("dispvm-red", red.disposableIcon());
    }

    @Test
    @DisplayName("two descriptors of same name | equal")
    void descriptorsOfOneNameAreEqual() {
        Property<Integer> other = Property.named("plain", PropertyType.INT).define();
        assertEquals(PLAIN, other);
        assertEquals(PLAIN.hashCode(), other.hashCode());
        assertFalse(PLAIN.equals(DERIVED));
    }

    @Test
    @DisplayName("set a property | pre-set and set events with newvalue; no oldvalue if unset")
    void setIsTold() throws Exception {
        assertHeard(
                () -> holder.set(PLAIN, "a"),
                "holder property-pre-set:plain new=a",
                "holder property-set:plain new=a");
        assertHeard(
                () -> holder.set(PLAIN, "a"),
                "holder property-pre-set:plain new=a old=a",
                "holder property-set:plain new=a old=a");
    }

    @Test
    @DisplayName("read an unset property without default | AttributeError")
    void unsetIsUnreadable() {
        assertThrows(IllegalStateException.class, () -> holder.get(PLAIN));
        assertEquals(Optional.empty(), holder.find(PLAIN));
    }

    @Test
    @DisplayName("property with default function, then set | events carry oldvalue = default")
    void oldValueIsTheDefault() throws Exception {
        assertEquals("default of holder", holder.get(DERIVED));
        assertHeard(
                () -> holder.set(DERIVED, "a"),
                "holder property-pre-set:derived new=a old=default of holder",
                "holder property-set:derived new=a old=default of holder");
    }

    @Test
    @DisplayName("property with a setter that returns another value | that is stored and told")
    void setterDecides() throws Exception {
        assertHeard(
                () -> holder.set(SHOUTED, "quiet"),
                "holder property-pre-set:shouted new=QUIET",
                "holder property-set:shouted new=QUIET");
        assertEquals("QUIET", holder.get(SHOUTED));
        assertEquals("QUIET", holder.record().property("shouted").orElseThrow().text());
    }

    @Test
    @DisplayName("type int, set \"5\" | 5")
    void typeConverts() throws Exception {
        assertHeard(
                () -> holder.set(NUMBER, NUMBER.parse(holder, "5")),
                "holder property-pre-set:number new=5",
                "holder property-set:number new=5");
        assertEquals(5, holder.get(NUMBER));
    }

    @Test
    @DisplayName("reset with default | value is default again")
    void resetRestoresDefault() throws Exception {
        holder.set(DERIVED, "a");
        assertHeard(
                () -> holder.reset(DERIVED),
                "holder property-pre-reset:derived old=a",
                "holder property-pre-del:derived old=a",
                "holder property-reset:derived old=a",
                "holder property-del:derived old=a");
        assertEquals("default of holder", holder.get(DERIVED));
        assertTrue(holder.isDefault(DERIVED));
    }

    @Test
    @DisplayName("reset of a never-set or a computed property | succeeds, with its four events")
    void resetOfNothing() throws Exception {
        assertHeard(
                () -> holder.reset(PLAIN),
                "holder property-pre-reset:plain",
                "holder property-pre-del:plain",
                "holder property-reset:plain",
                "holder property-del:plain");
        assertHeard(
                () -> holder.reset(COMPUTED),
                "holder property-pre-reset:computed old=so",
                "holder property-pre-del:computed old=so",
                "holder property-reset:computed old=so",
                "holder property-del:computed old=so");
    }

    @Test
    @DisplayName("write_once set twice, or reset once set | AttributeError, nothing told")
    void writeOnce() throws Exception {
        holder.reset(ONCE);
        holder.set(ONCE, "a");
        assertHeard(
                () -> {
                    assertThrows(IllegalStateException.class, () -> holder.set(ONCE, "b"));
                    assertThrows(IllegalStateException.class, () -> holder.set(ONCE, "a"));
                    assertThrows(IllegalStateException.class, () -> holder.reset(ONCE));
                });
        assertEquals("a", holder.get(ONCE));
    }

    @Test
    @DisplayName("a pre-handler refuses | nothing stored; a pre-reset handler too")
    void refusalStoresNothing() throws Exception {
        holder.set(PLAIN, "a");
        system.handle(holder, PropertyPreSet.of(PLAIN), event -> refuse());
        system.handle(holder, PropertyPreReset.of(PLAIN), event -> refuse());
        assertHeard(
                () -> assertThrows(QubesException.class, () -> holder.set(PLAIN, "b")),
                "holder property-pre-set:plain new=b old=a");
        assertHeard(
                () -> assertThrows(QubesException.class, () -> holder.reset(PLAIN)),
                "holder property-pre-reset:plain old=a");
        assertEquals("a", holder.get(PLAIN));
    }

    private static void refuse() {
        throw new QubesException("no");
    }

    @Test
    @DisplayName("property list | by stage, then name")
    void listIsSorted() {
        PropertyTable table =
                PropertyTable.of(
                        Property.named("d", PropertyType.STR).loadStage(2).define(),
                        Property.named("a", PropertyType.STR).loadStage(4).define(),
                        Property.named("c", PropertyType.STR).loadStage(2).define(),
                        Property.named("b", PropertyType.STR).loadStage(3).define());
        assertEquals("[c, d, b, a]", table.list().toString());
    }

    @Test
    @DisplayName("get_def by name / by descriptor | same descriptor; unknown | AttributeError kind")
    void declarationIsFound() {
        assertEquals(Optional.of(PLAIN), holder.properties().find("plain"));
        Property<String> key = Property.named("plain", PropertyType.STR).define();
        assertSame(PLAIN, holder.properties().declared(key));
        Property<String> unknown = Property.named("unknown", PropertyType.STR).define();
        assertEquals(Optional.empty(), holder.properties().find("unknown"));
        assertThrows(QubesNoSuchPropertyError.class, () -> holder.isDefault(unknown));
        assertThrows(QubesNoSuchPropertyError.class, () -> holder.find(unknown));
    }

    @Test
    @DisplayName("get_default of property without default | AttributeError")
    void noDefault() {
        assertEquals(Optional.empty(), holder.defaultOf(PLAIN));
        holder.set(DERIVED, "a");
        assertEquals(Optional.of("default of holder"), holder.defaultOf(DERIVED));
    }

    @Test
    @DisplayName("events carry what was effective before, and no events before the domain is added")
    void nothingIsToldBeforeTheAdd() throws Exception {
        assertEquals(
                List.of("domain-add"),
                TestSystem.heard(
                        system,
                        () ->
                                system.create(
                                        qubes.core.vm.NewDomain.of(
                                                        "HolderVM",
                                                        new qubes.core.value.DomainName("new"))
                                                .with(PLAIN, "a")
                                                .with(SHOUTED, "b"))));
    }

    private void assertHeard(Runnable action, String... lines) throws Exception {
        assertEquals(List.of(lines), TestSystem.heard(system, action, Heard::line));
    }
}
