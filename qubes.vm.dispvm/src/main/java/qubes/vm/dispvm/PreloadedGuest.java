package qubes.vm.dispvm;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import qubes.core.vm.QubesVM;

/**
 * What preloading asks of a guest and of the host's memory balancer. Where services of qrexec can
 * be called and memory is balanced, an implementation plugs in here.
 */
interface PreloadedGuest {
    /**
     * Nothing in this system calls services of guests or balances memory yet: there is nothing to
     * wait for, and a preloaded disposable is paused right after its start, however far its guest
     * has come. For a guest without qrexec that is the right answer in any case.
     */
    PreloadedGuest UNKNOWN =
            new PreloadedGuest() {
                @Override
                public void await(
                        QubesVM vm,
                        List<String> services,
                        Duration timeout,
                        CompletableFuture<?> calledOff) {}

                @Override
                public void shrink(QubesVM vm, CompletableFuture<?> calledOff) {}
            };

    /**
     * Calls services of the guest at the same time and waits for all. Blocks.
     *
     * @param timeout for each of them
     * @param calledOff completed when nobody needs the answers any more: it returns at once then
     * @throws qubes.core.error.QubesException if one fails or is not done in time
     */
    void await(QubesVM vm, List<String> services, Duration timeout, CompletableFuture<?> calledOff);

    /**
     * Lets the guest give back memory down to what it prefers, before it is paused. Blocks.
     *
     * @param calledOff completed when the guest is not to be paused any more: it returns at once
     *     then
     * @throws qubes.core.error.QubesException if the balancer cannot be asked
     */
    void shrink(QubesVM vm, CompletableFuture<?> calledOff);
}
