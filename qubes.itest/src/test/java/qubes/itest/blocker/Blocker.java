package qubes.itest.blocker;

import java.util.concurrent.CountDownLatch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import qubes.core.event.Extension;
import qubes.core.event.Subscriptions;

/**
 * Waits for ever, where the environment's {@code BLOCK_AT} says; if {@code BLOCK_HOW} is {@code
 * stubborn}, even when it is interrupted.
 */
@Component
public final class Blocker implements Extension {
    private final CountDownLatch never = new CountDownLatch(1);

    @Activate
    public Blocker() {
        blockAt("activate");
    }

    @Override
    public void subscribe(Subscriptions on) {
        blockAt("subscribe");
    }

    private void blockAt(String place) {
        if (place.equals(System.getenv("BLOCK_AT"))) {
            block("stubborn".equals(System.getenv("BLOCK_HOW")));
        }
    }

    private void block(boolean stubborn) {
        do {
            try {
                never.await();
            } catch (InterruptedException e) {
                if (!stubborn) {
                    throw new IllegalStateException("interrupted", e);
                }
            }
        } while (stubborn);
    }
}
