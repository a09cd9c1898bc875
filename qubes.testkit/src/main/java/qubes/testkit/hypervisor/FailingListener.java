package qubes.testkit.hypervisor;

import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;

/** A listener as no one should write it. */
final class FailingListener implements GuestListener {
    @Override
    public void stopped(Guest guest) {
        throw new IllegalStateException("a listener that fails, on purpose");
    }

    @Override
    public void paused(Guest guest) {
        throw new IllegalStateException("a listener that fails, on purpose");
    }

    @Override
    public void resumed(Guest guest) {
        throw new IllegalStateException("a listener that fails, on purpose");
    }
}
