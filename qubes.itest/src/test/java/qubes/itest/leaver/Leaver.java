package qubes.itest.leaver;

import java.util.concurrent.CountDownLatch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.Subscriptions;

/** Starts a thread that nothing ends. */
@Component
public final class Leaver implements Extension {
    private final CountDownLatch never = new CountDownLatch(1);

    @Activate
    public Leaver() {
        Thread thread = new Thread(this::await, "leaver-thread");
        thread.setDaemon(true);
        thread.start();
    }

    private void await() {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void subscribe(Subscriptions on) {}
}
