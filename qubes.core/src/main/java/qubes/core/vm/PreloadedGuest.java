package qubes.core.vm;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What preloading a disposable asks of its guest and of the host's memory balancer (spec dispvm.md
 * §5.2); an OSGi service of the bundle that calls services of guests. While there is none, nothing
 * is asked.
 */
@ConsumerType
public interface PreloadedGuest {
    /**
     * Calls services of a guest that is being started, all at the same time, and waits for them.
     * Blocks; called inside the start.
     *
     * @param vm the disposable
     * @param services names as qrexec knows them
     * @param timeout for each of them
     * @param calledOff completed when nobody needs the answers any more: it returns soon then
     * @throws qubes.core.error.QubesException if one fails or is not done in time: the start fails
     */
    void await(QubesVM vm, List<String> services, Duration timeout, CompletableFuture<?> calledOff);

    /**
     * Lets a guest give back memory, down to what it prefers, before it is paused. Blocks.
     *
     * @param vm the disposable
     * @param calledOff completed when the guest is not to be paused any more: it returns soon then
     * @throws qubes.core.error.QubesException if the balancer cannot be asked: it is not paused
     */
    void shrink(QubesVM vm, CompletableFuture<?> calledOff);
}
