package qubes.vm.dispvm;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.Qubes;

/**
 * Once there is a hypervisor, and so it is known what runs, what an earlier daemon left of its
 * preloaded disposables is put in order (spec dispvm.md §7).
 */
@Component(service = PreloadRecovery.class, immediate = true)
public final class PreloadRecovery {
    private volatile boolean over;

    /** Begins the recovery, which goes on elsewhere. */
    @Activate
    public PreloadRecovery(
            @Reference Qubes qubes,
            @Reference Hypervisor hypervisor,
            @Reference Preloading preloading) {
        preloading.recoverAll(qubes, () -> over);
    }

    /** The hypervisor leaves: there is nothing to be known. */
    @Deactivate
    void close() {
        over = true;
    }
}
