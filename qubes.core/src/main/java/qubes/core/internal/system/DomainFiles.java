package qubes.core.internal.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.firewall.Firewall;
import qubes.core.internal.store.FirewallReader;
import qubes.core.state.DomainRecord;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Notes;
import qubes.core.vm.QubesVM;

/** What domains keep in files of their own, beside the store. Safe for use by several threads. */
final class DomainFiles {
    private static final Logger log = LoggerFactory.getLogger(DomainFiles.class);

    private final QubesSystem system;
    private final Schedule schedule;
    private final FirewallReader reader = new FirewallReader();
    private final Map<UUID, Kept> kept =
            new ConcurrentHashMap<>(); // uuid to files, once somebody asked for them

    /** The files of one domain, the same for all its live objects. */
    private record Kept(DomainFirewall firewall, NotesFile notes) {}

    DomainFiles(QubesSystem system, Schedule schedule) {
        this.system = system;
        this.schedule = schedule;
    }

    /**
     * The firewall of a domain.
     *
     * @param member false for a domain that was not added yet
     * @throws QubesVMNotFoundError if it was removed
     */
    Firewall firewall(DomainRecord domain, boolean member, Path folder) {
        return of(domain, member, folder).firewall();
    }

    /** The notes of a domain; as {@link #firewall}. */
    Notes notes(DomainRecord domain, boolean member, Path folder) {
        return of(domain, member, folder).notes();
    }

    private Kept of(DomainRecord domain, boolean member, Path folder) {
        return kept.computeIfAbsent(
                domain.uuid(),
                uuid -> {
                    if (member && system.state().domain(uuid) == null) {
                        throw new QubesVMNotFoundError(domain.name().value());
                    }
                    return new Kept(
                            new DomainFirewall(
                                    system, schedule, reader, uuid, domain.name(), folder),
                            new NotesFile(domain.name(), folder));
                });
    }

    /**
     * Reads the firewalls of domains that were loaded, so that rules end in time.
     *
     * @param workers where it is done, since it blocks
     */
    void wake(List<BaseVM> loaded, Executor workers) {
        List<QubesVM> managed =
                loaded.stream().filter(QubesVM.class::isInstance).map(QubesVM.class::cast).toList();
        if (!managed.isEmpty()) {
            workers.execute(() -> managed.forEach(this::wake));
        }
    }

    private void wake(QubesVM vm) {
        if (Thread.currentThread().isInterrupted()) {
            return; // the system closes
        }
        try {
            if (vm.firewall() instanceof DomainFirewall firewall) {
                firewall.wake();
            }
        } catch (QubesVMNotFoundError e) {
            log.debug("{} was removed meanwhile", vm, e);
        } catch (QubesException e) {
            log.warn("{}", e.getMessage(), e);
        }
    }

    /** A domain was removed from the state. */
    void forget(DomainRecord removed) {
        Kept files = kept.remove(removed.uuid());
        if (files != null) {
            files.firewall().close();
            files.notes().close();
        }
    }
}
