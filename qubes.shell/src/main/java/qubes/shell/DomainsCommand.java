package qubes.shell;

import java.util.Optional;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.state.StoredValue;
import qubes.core.value.Label;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/** {@code qubes:ls}. */
@Component(
        service = DomainsCommand.class,
        property = {"osgi.command.scope=qubes", "osgi.command.function=ls"})
public final class DomainsCommand {
    private final Qubes qubes;

    @Activate
    public DomainsCommand(@Reference Qubes qubes) {
        this.qubes = qubes;
    }

    /** The qubes, one a line. Never blocks. */
    @Descriptor("list the qubes; those whose bundle is away are unavailable")
    public String ls() {
        Table table = new Table().row("NAME", "STATE", "CLASS", "LABEL", "TEMPLATE", "NETVM");
        for (BaseVM vm : qubes.domains()) {
            table.row(
                    vm.name().value(),
                    vm.powerState().wireName(),
                    vm.available() ? vm.klass() : vm.klass() + " (unavailable)",
                    label(vm),
                    reference(vm, "template"),
                    reference(vm, "netvm"));
        }
        return table.toString();
    }

    private static String label(BaseVM vm) {
        return vm.label().map(Label::name).orElse("");
    }

    /** What the store says, where there is no class to ask. */
    private static String reference(BaseVM vm, String property) {
        Optional<String> name =
                vm.available()
                        ? vm.reference(property).map(BaseVM::subjectName)
                        : vm.record().property(property).map(StoredValue::text);
        return name.orElse("");
    }
}
