package qubes.vm.dispvm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMCancelledPauseError;
import qubes.core.event.PropertyReset;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Features;
import qubes.core.vm.Network;
import qubes.core.vm.PowerState;
import qubes.core.vm.QubesVM;

/**
 * One disposable on its way through preloading (spec dispvm.md §5): marked, started and paused,
 * requested, used. What outlives a restart of the daemon is in features; what is here is not meant
 * to.
 */
final class Preloaded {
    /** Feature: true until the start is complete, and while a hand-over is. */
    static final String IN_PROGRESS = "preload-dispvm-in-progress";

    /** Feature: true once the start was complete. */
    static final String COMPLETED = "preload-dispvm-completed";

    /** Feature: true to hide a domain from users' views. */
    static final String INTERNAL = "internal";

    private static final double PATIENCE = 1.2;

    private final DisposableVM vm;
    private final Preloading preloading;
    private final CompletableFuture<Void> calledOff = new CompletableFuture<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private volatile boolean marked; // in this process
    private volatile boolean requested;

    Preloaded(DisposableVM vm, Preloading preloading) {
        this.vm = vm;
        this.preloading = preloading;
    }

    /** True if it waits for somebody, or is being handed over. Never blocks. */
    boolean isOne() {
        return requested
                || vm.template()
                        .filter(template -> new PreloadQueue(template).contains(vm))
                        .isPresent();
    }

    /** True if this process brought it where it is: nothing needs to be recovered. */
    boolean underWay() {
        return marked || requested;
    }

    /** True once its start was complete. */
    boolean isCompleted() {
        return vm.features().isTrue(COMPLETED);
    }

    /** Puts it into its template's queue, as the last one. */
    void mark() {
        marked = true;
        vm.features().set(IN_PROGRESS, true);
        queue().ifPresent(queue -> queue.add(vm.subjectName()));
        vm.features().set(INTERNAL, true);
    }

    /** What a preloaded disposable does once it is started, as part of the start. Blocks. */
    void startUp() {
        if (!isOne()) {
            return;
        }
        if (!requested) {
            preloading
                    .guest()
                    .await(
                            vm,
                            services(),
                            Duration.ofSeconds(vm.get(QubesVM.QREXEC_TIMEOUT)),
                            calledOff);
        }
        if (!requested) {
            pause();
        }
        vm.atomically( // who asked for it must not use it in between
                () -> {
                    vm.features().set(COMPLETED, true);
                    if (!requested) {
                        vm.features().set(IN_PROGRESS, false);
                    }
                });
        started.complete(null);
    }

    private void pause() {
        try {
            vm.pause();
        } catch (QubesVMCancelledPauseError e) {
            vm.log().info("{} is not paused, it was asked for", vm);
        }
    }

    private List<String> services() {
        List<String> services = new ArrayList<>(List.of("qubes.WaitForRunningSystem"));
        if (vm.get(QubesVM.GUIVM).isPresent()
                && promises("gui")
                && promises("supported-feature.late-gui-daemon")) {
            services.add("qubes.WaitForSession");
        }
        return services;
    }

    private boolean promises(String feature) {
        return vm.features().findWithTemplate(feature).filter(Features::meansTrue).isPresent();
    }

    /**
     * It is about to be paused: it gives back memory first.
     *
     * @throws QubesVMCancelledPauseError if it was asked for meanwhile
     */
    void beforePause() {
        if (isOne() && !requested && vm.get(QubesVM.MAXMEM) != 0) {
            preloading.guest().shrink(vm, calledOff);
            if (requested) {
                throw new QubesVMCancelledPauseError(
                        vm + " is not paused: it was asked for meanwhile");
            }
        }
    }

    /**
     * Takes it out of the queue for somebody who asked.
     *
     * @return false if it is not in the queue any more
     */
    boolean request() {
        boolean[] taken = new boolean[1];
        vm.atomically(
                () -> {
                    Optional<PreloadQueue> queue = queue().filter(all -> all.contains(vm));
                    if (queue.isPresent()) {
                        vm.features().set(IN_PROGRESS, true);
                        requested = true;
                        queue.get().remove(vm.subjectName());
                        announce();
                        taken[0] = true;
                    }
                });
        if (taken[0]) {
            calledOff.complete(null);
        }
        return taken[0];
    }

    /**
     * Makes a requested one ready for use: waits until its start is complete, and lets it run.
     * Blocks.
     *
     * @return false if its start is not complete in time or failed
     */
    boolean handOver() {
        long seconds = (long) Math.floor(PATIENCE * vm.get(QubesVM.QREXEC_TIMEOUT));
        if (!isCompleted() && !startedWithin(seconds)) {
            return false;
        }
        if (vm.powerState() == PowerState.PAUSED) {
            vm.unpause();
        }
        if (isOne()) { // the unpause did not see to it, as the guest is not fully usable yet
            use();
        }
        return true;
    }

    private boolean startedWithin(long seconds) {
        try {
            started.get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            vm.log().warn("{}: its start is not complete within {} s", vm, seconds);
        } catch (ExecutionException e) {
            vm.log().warn("{}: its start failed", vm);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException("Waiting for " + vm + " was interrupted", e);
        }
        return false;
    }

    /** It runs on: if it waited to be used, it is used now. */
    void unpaused() {
        if (isCompleted() && isOne() && vm.powerState() == PowerState.RUNNING) {
            use();
        }
    }

    /**
     * From now on it is a disposable like others.
     *
     * @throws QubesException if it is no preloaded one
     */
    void use() {
        boolean[] was = new boolean[1];
        vm.atomically(
                () -> {
                    was[0] = isOne();
                    if (was[0]) {
                        beOrdinary();
                    }
                });
        if (!was[0]) {
            throw new QubesException(vm + " is no preloaded disposable");
        }
        vm.log().info("{} is used", vm);
        vm.template().ifPresent(template -> preloading.used(template, vm));
    }

    /** While it waited, another netvm may have been chosen. */
    private void tellOfNetvm() {
        vm.find(Network.class).ifPresent(Network::applyDeferredNetvm);
    }

    private void beOrdinary() {
        Features features = vm.features();
        boolean hidden =
                vm.template().filter(template -> template.features().isTrue(INTERNAL)).isPresent();
        if (!hidden && features.containsKey(INTERNAL)) {
            features.delete(INTERNAL);
        }
        if (requested) {
            requested = false;
            announce();
            tellOfNetvm();
            if (features.containsKey(IN_PROGRESS)) {
                features.delete(IN_PROGRESS);
            }
        } else {
            leaveQueue();
            tellOfNetvm();
            features.set(IN_PROGRESS, false);
        }
    }

    /** It will not be preloaded, or not any more: whoever waits for it need not. */
    void giveUp() {
        calledOff.complete(null);
        started.completeExceptionally(new QubesException(vm + " is given up"));
    }

    /** Takes its name out of its template's queue, if it is there. */
    void leaveQueue() {
        queue().ifPresent(queue -> queue.remove(vm.subjectName()));
    }

    private Optional<PreloadQueue> queue() {
        Optional<BaseVM> template = vm.template();
        return template.map(PreloadQueue::new);
    }

    private void announce() {
        vm.fire(new PropertyReset(vm, DisposableVM.IS_PRELOAD, Optional.empty()));
    }
}
