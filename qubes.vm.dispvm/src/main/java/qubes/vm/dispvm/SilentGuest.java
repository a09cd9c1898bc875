package qubes.vm.dispvm;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import qubes.core.vm.PreloadedGuest;
import qubes.core.vm.QubesVM;

/**
 * Stands in while nothing in the system calls services of guests or balances memory: there is
 * nothing to wait for, and a preloaded disposable is paused right after its start, however far its
 * guest has come. For a guest without qrexec that is the right answer in any case.
 */
final class SilentGuest implements PreloadedGuest {
    @Override
    public void await(
            QubesVM vm, List<String> services, Duration timeout, CompletableFuture<?> calledOff) {}

    @Override
    public void shrink(QubesVM vm, CompletableFuture<?> calledOff) {}
}
