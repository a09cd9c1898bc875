package qubes.shell;

import java.util.Comparator;
import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.property.Property;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/** {@code qubes:prefs}. */
@Component(
        service = PropertiesCommand.class,
        property = {"osgi.command.scope=qubes", "osgi.command.function=prefs"})
public final class PropertiesCommand {
    private final Qubes qubes;

    @Activate
    public PropertiesCommand(@Reference Qubes qubes) {
        this.qubes = qubes;
    }

    /** All properties of a qube: D marks defaults, - explicit values, U those without value. */
    @Descriptor(
            "list the properties of a qube: D marks defaults, - explicit values, U those without value")
    public String prefs(@Descriptor("name of the qube") String vm) {
        BaseVM domain = qubes.domain(new DomainName(vm));
        Table table = new Table();
        if (!domain.available()) {
            domain.record()
                    .properties()
                    .forEach((name, value) -> table.row(name, "-", value.text()));
            return "Unavailable: no installed bundle provides klass "
                    + domain.klass()
                    + ". The store holds:\n"
                    + table;
        }
        domain.properties().list().stream()
                .sorted(Comparator.comparing(Property::name))
                .forEach(property -> row(table, domain, property));
        return table.toString();
    }

    /** One property of a qube, or where its properties have their values from. */
    @Descriptor("read a property of a qube; or tell where values come from: prefs --explain QUBE")
    public String prefs(
            @Descriptor("name of the qube") String vm,
            @Descriptor("name of the property") String property) {
        if (vm.equals("--explain")) {
            return explain(qubes.domain(new DomainName(property)));
        }
        BaseVM domain = qubes.domain(new DomainName(vm));
        return text(domain, declared(domain, property)).orElse("");
    }

    /**
     * Sets a property of a qube, or resets it to its default where {@code -D} comes first: the
     * shell tells a flag from a name only by its place. Blocks until the change is in the store.
     */
    @Descriptor(
            "set a property of a qube, '' standing for none; or reset it: prefs -D QUBE PROPERTY")
    public void prefs(
            @Descriptor("name of the qube") String vm,
            @Descriptor("name of the property") String property,
            @Descriptor("its new value") String value) {
        if (vm.equals("-D")) {
            BaseVM domain = qubes.domain(new DomainName(property));
            domain.reset(declared(domain, value));
        } else {
            BaseVM domain = qubes.domain(new DomainName(vm));
            set(domain, declared(domain, property), value);
        }
        qubes.awaitDurable();
    }

    private static String explain(BaseVM vm) {
        StringBuilder lines = new StringBuilder();
        vm.properties().list().stream()
                .sorted(Comparator.comparing(Property::name))
                .forEach(property -> explain(lines, vm, property));
        return lines.toString();
    }

    private static <T> void explain(StringBuilder lines, BaseVM vm, Property<T> property) {
        text(vm, property)
                .ifPresent(
                        text ->
                                lines.append(property.name())
                                        .append(" = ")
                                        .append(text)
                                        .append(", ")
                                        .append(vm.origin(property).orElse(""))
                                        .append('\n'));
    }

    private static Property<?> declared(BaseVM vm, String name) {
        if (!vm.available()) {
            throw new QubesVMNotAvailableError(
                    vm.name()
                            + ": no installed bundle provides klass "
                            + vm.klass()
                            + "; install it and try again");
        }
        return vm.properties().find(name).orElseThrow(() -> vm.noSuchProperty(name));
    }

    private static <T> void set(BaseVM vm, Property<T> property, String text) {
        vm.set(property, property.parse(vm, text));
    }

    private static <T> Optional<String> text(BaseVM vm, Property<T> property) {
        return vm.find(property).map(property.type()::write);
    }

    private static void row(Table table, BaseVM vm, Property<?> property) {
        Optional<String> text = text(vm, property);
        if (text.isEmpty()) {
            table.row(property.name(), "U", "");
        } else {
            table.row(property.name(), vm.isDefault(property) ? "D" : "-", text.get());
        }
    }
}
