package qubes.itest.flood;

import java.util.concurrent.CountDownLatch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import qubes.core.admin.AdminPermission;
import qubes.core.event.Extension;
import qubes.core.event.Subscriptions;

/** Filters what a subscriber hears, and does not come to an end with that while it is there. */
@Component
public final class Dam implements Extension {
    private final CountDownLatch gone = new CountDownLatch(1);

    @Activate
    public Dam() {}

    @Deactivate
    void end() {
        gone.countDown();
    }

    @Override
    public void subscribe(Subscriptions on) {
        on.before(AdminPermission.of("admin.Events"), asked -> asked.keep(this::awaitEnd));
    }

    private boolean awaitEnd(Object event) {
        try {
            gone.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }
}
