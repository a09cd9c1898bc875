package qubes.admin.method;

import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.error.QubesVMShutdownTimeoutError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;

/**
 * A guest whose klass is away: it runs on, and can still be ended. What it leaves is cleaned up
 * when the klass is back.
 */
final class GuestWithoutKlass {
    private final BaseVM vm;

    /**
     * @throws QubesVMNotStartedError if the guest does not run
     */
    GuestWithoutKlass(BaseVM vm) {
        this.vm = vm;
        if (!vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active()) {
            throw new QubesVMNotStartedError("Domain is powered off: " + quoted());
        }
    }

    /**
     * Asks the guest to power off.
     *
     * @param wait until it has; blocks as long as the system lets a shutdown take
     * @throws QubesVMShutdownTimeoutError if it has not in time
     */
    void shutdown(boolean wait) {
        Hypervisor hypervisor = vm.qubes().hypervisor();
        CountDownLatch gone = new CountDownLatch(1);
        AutoCloseable registration = hypervisor.listen(new Departure(vm.uuid(), gone));
        try {
            hypervisor.shutdown(vm.uuid());
            if (wait && !await(gone) && hypervisor.refresh(vm.uuid()).active()) {
                throw new QubesVMShutdownTimeoutError("Domain shutdown timed out: " + quoted());
            }
        } finally {
            close(registration);
        }
    }

    /** Ends the guest at once. */
    void kill() {
        vm.qubes().hypervisor().destroy(vm.uuid());
    }

    private boolean await(CountDownLatch gone) {
        try {
            return gone.await(vm.qubes().get(Globals.DEFAULT_SHUTDOWN_TIMEOUT), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException("Waiting for the shutdown of " + vm + " was interrupted", e);
        }
    }

    private static void close(AutoCloseable registration) {
        try {
            registration.close();
        } catch (Exception e) {
            throw new IllegalStateException("a hypervisor's listener could not be removed", e);
        }
    }

    private String quoted() {
        return Repr.quote(vm.name().value());
    }

    private record Departure(UUID uuid, CountDownLatch gone) implements GuestListener {
        @Override
        public void stopped(Guest guest) {
            if (guest.uuid().equals(uuid)) {
                gone.countDown();
            }
        }

        @Override
        public void paused(Guest guest) {
            // a pause does not end the guest
        }

        @Override
        public void resumed(Guest guest) {
            // nor does running on
        }
    }
}
