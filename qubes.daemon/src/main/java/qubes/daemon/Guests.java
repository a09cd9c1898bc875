package qubes.daemon;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/** Shuts guests down at the end of the process. */
final class Guests {
    private static final Logger log = LoggerFactory.getLogger(Guests.class);

    private Guests() {}

    /**
     * Shuts all running guests down at once, and ends those that do not obey. Blocks until then.
     */
    static void stop(Qubes qubes) {
        List<QubesVM> running =
                qubes.domains().stream()
                        .flatMap(vm -> vm.as(QubesVM.class).stream())
                        .filter(QubesVM::isRunning)
                        .toList();
        if (running.isEmpty()) {
            return;
        }
        log.info("Shutting {} guests down", running.size());
        CompletableFuture.allOf(
                        running.stream()
                                .map(
                                        vm ->
                                                CompletableFuture.runAsync(
                                                        () -> stop(vm), qubes.executor()))
                                .toArray(CompletableFuture[]::new))
                .join();
    }

    private static void stop(QubesVM vm) {
        try {
            vm.shutdown(true, true);
        } catch (QubesException e) {
            log.warn("{}: does not shut down, is ended: {}", vm.name(), e.getMessage());
            try {
                vm.kill();
            } catch (QubesException stays) {
                log.error("{}: cannot be ended", vm.name(), stays);
            }
        }
    }
}
