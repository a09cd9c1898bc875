package qubes.core.internal.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.property.Property;
import qubes.core.property.PropertyType;
import qubes.core.state.AssignmentRecord;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.NewDomain;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * A system for tests of the domains' rules, said in the words of the specification. Beside the two
 * klasses of {@link TestSystem} there are {@code BaseImageVM}, which says how those based on it
 * boot, and {@code PassingVM}, which has a dispid and was started in advance if a tag says so.
 */
@NullMarked
public final class Scene implements AutoCloseable {
    private static final Property<String> APPVM_DEFAULT_BOOTMODE =
            Property.of(BaseVM.class, "appvm_default_bootmode", PropertyType.STR)
                    .defaultsTo("default")
                    .define();

    private static final Property<Integer> DISPID =
            Property.named("dispid", PropertyType.INT).writeOnce().notCloned().define();

    private static final Property<Boolean> IS_PRELOAD =
            Property.of(BaseVM.class, "is_preload", PropertyType.BOOL)
                    .computed("by a tag", vm -> vm.tags().contains("started-in-advance"))
                    .define();

    private final QubesSystem system;

    private Scene(QubesSystem system) {
        this.system = system;
    }

    /** A new system under {@code home}. */
    public static Scene open(Path home) {
        QubesSystem system = TestSystem.empty(home);
        for (KlassTraits.Builder klass :
                List.of(
                        QubesVM.TRAITS.extend("BaseImageVM").declare(APPVM_DEFAULT_BOOTMODE),
                        QubesVM.TRAITS
                                .extend("PassingVM")
                                .icon("dispvm-")
                                .declare(TestSystem.TEMPLATE, DISPID, IS_PRELOAD))) {
            TestSystem.addFactory(system, new TestSystem.Klass(klass.define()));
        }
        return new Scene(system);
    }

    /** The application. */
    public Qubes qubes() {
        return system;
    }

    /** A hypervisor comes. */
    public <H extends Hypervisor> H with(H hypervisor) {
        system.bindHypervisor(hypervisor);
        return hypervisor;
    }

    /** A domain without a template. */
    public QubesVM plain(String name, String... properties) {
        return create("PlainVM", name, properties);
    }

    /** A domain with a template. */
    public QubesVM derived(String name, BaseVM template, String... properties) {
        QubesVM vm = (QubesVM) TestSystem.derived(system, name, template.subjectName());
        for (String property : properties) {
            set(vm, property);
        }
        return vm;
    }

    /**
     * A domain of that klass.
     *
     * @param properties such as {@code memory=600}: arguments of the constructor
     */
    public QubesVM create(String klass, String name, String... properties) {
        NewDomain domain = NewDomain.of(klass, new DomainName(name));
        KlassTraits traits = system.traits(klass).orElseThrow();
        for (String property : properties) {
            String[] parts = property.split("=", 2);
            domain = with(domain, traits.property(parts[0]).orElseThrow(), parts[1]);
        }
        return (QubesVM) system.create(domain);
    }

    /** The domain of that name. */
    public BaseVM named(String name) {
        return system.domain(new DomainName(name));
    }

    /** Sets a property as a client does, said as {@code memory=600}. */
    public static void set(BaseVM vm, String assignment) {
        String[] parts = assignment.split("=", 2);
        assign(vm, declared(vm, parts[0]), parts[1]);
    }

    /** Sets a global property, as {@link #set(BaseVM, String)} does. */
    public void set(String assignment) {
        String[] parts = assignment.split("=", 2);
        Property<?> property = system.properties().find(parts[0]).orElseThrow();
        global(property, parts[1]);
    }

    /** Resets a property. */
    public static void reset(BaseVM vm, String property) {
        vm.reset(declared(vm, property));
    }

    /** The value as clients see it; {@code -} if there is none. */
    public static String value(BaseVM vm, String property) {
        return text(vm, declared(vm, property));
    }

    /** What the store holds of a property; {@code -} if it is at its default. */
    public static String stored(BaseVM vm, String property) {
        return vm.record().property(property).map(value -> value.text()).orElse("-");
    }

    /** A PCI device of that identity is assigned, silently. */
    public void assignPci(BaseVM vm, String identity) {
        system.model()
                .write(
                        () -> {
                            DomainRecord record = vm.record();
                            AssignmentRecord pci =
                                    new AssignmentRecord(
                                            "pci",
                                            Map.of(
                                                    "backend-domain", "dom0",
                                                    "id", "00_02.0",
                                                    "identity", identity,
                                                    "mode", "required"),
                                            Map.of());
                            system.model()
                                    .update(
                                            state ->
                                                    state.withChanged(
                                                            record.withAssignments(List.of(pci))));
                        });
    }

    /** The store has that text for a property, said as {@code memory=many}: no rule is asked. */
    public void written(BaseVM vm, String assignment) {
        String[] parts = assignment.split("=", 2);
        TestSystem.keep(
                system,
                state ->
                        state.withChanged(
                                vm.record()
                                        .withProperty(
                                                parts[0],
                                                Optional.of(StoredValue.ofText(parts[1])))));
    }

    /** What listeners outside hear while {@code action} runs. */
    public List<String> heard(Runnable action) throws Exception {
        return TestSystem.heard(system, action);
    }

    @Override
    public void close() {
        system.close();
    }

    private static Property<?> declared(BaseVM vm, String property) {
        return vm.properties().find(property).orElseThrow();
    }

    private static <T> void assign(BaseVM vm, Property<T> property, String text) {
        vm.set(property, property.parse(vm, text));
    }

    private <T> void global(Property<T> property, String text) {
        system.set(property, property.parse(system, text));
    }

    private static <T> String text(BaseVM vm, Property<T> property) {
        return vm.find(property)
                .map(value -> value.equals(Optional.empty()) ? "" : property.type().write(value))
                .orElse("-");
    }

    private static <T> NewDomain with(NewDomain domain, Property<T> property, String text) {
        return domain.with(property, property.type().parse(text));
    }
}
