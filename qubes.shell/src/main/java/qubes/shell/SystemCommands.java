package qubes.shell;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import qubes.core.state.DomainRecord;
import qubes.core.state.PoolRecord;
import qubes.core.storage.PoolDriver;
import qubes.core.vm.Qubes;
import qubes.core.vm.StoreStatus;

/** {@code qubes:klasses}, {@code qubes:pools} and {@code qubes:store}. */
@Component(
        service = SystemCommands.class,
        property = {
            "osgi.command.scope=qubes",
            "osgi.command.function=klasses",
            "osgi.command.function=pools",
            "osgi.command.function=store"
        })
public final class SystemCommands {
    private final Qubes qubes;

    @Activate
    public SystemCommands(@Reference Qubes qubes) {
        this.qubes = qubes;
    }

    /** The klasses that are installed or that domains have. Never blocks. */
    @Descriptor("list the klasses that are installed or that qubes have")
    public String klasses() {
        Set<String> installed = qubes.klasses();
        Set<String> all = new TreeSet<>(installed);
        qubes.state().domains().forEach(domain -> all.add(domain.klass()));
        Table table = new Table().row("KLASS", "INSTALLED", "QUBES");
        for (String klass : all) {
            table.row(klass, installed.contains(klass) ? "yes" : "no", Long.toString(count(klass)));
        }
        return table.toString();
    }

    /** The storage pools, and whether their drivers are installed. Never blocks. */
    @Descriptor("list the storage pools, and whether their drivers are installed")
    public String pools() {
        Set<String> drivers =
                qubes.pools().drivers().stream()
                        .map(PoolDriver::driverName)
                        .collect(Collectors.toSet());
        Table table = new Table().row("NAME", "DRIVER", "INSTALLED");
        for (PoolRecord pool : qubes.pools().list()) {
            table.row(pool.name(), pool.driver(), drivers.contains(pool.driver()) ? "yes" : "no");
        }
        return table.toString();
    }

    /** Whether all changes are on disk. Never blocks. */
    @Descriptor("tell whether all changes are on disk")
    public String store() {
        StoreStatus status = qubes.storeStatus();
        return new Table()
                .row("current version", Long.toString(status.current()))
                .row("durable version", Long.toString(status.durable()))
                .row("dirty", status.dirty() ? "yes" : "no")
                .toString();
    }

    private long count(String klass) {
        return qubes.state().domains().stream()
                .map(DomainRecord::klass)
                .filter(klass::equals)
                .count();
    }
}
