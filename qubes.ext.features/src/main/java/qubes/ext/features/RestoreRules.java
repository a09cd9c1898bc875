package qubes.ext.features;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.error.QubesVMError;
import qubes.core.event.Extension;
import qubes.core.event.Lifecycle;
import qubes.core.event.Subscriptions;
import qubes.core.vm.BaseVM;

/** A qube that is being restored from a backup is not started (spec admin-api §14). */
@Component
public final class RestoreRules implements Extension {
    private static final String RESTORED = "backup-restore-in-progress";

    @Activate
    public RestoreRules() {}

    @Override
    public void subscribe(Subscriptions on) {
        on.before(
                Lifecycle.PreStart.class,
                event -> {
                    if (((BaseVM) event.subject()).tags().contains(RESTORED)) {
                        throw new QubesVMError("Restore of this domain in progress, cannot start");
                    }
                });
    }
}
