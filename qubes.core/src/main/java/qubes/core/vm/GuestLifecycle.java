package qubes.core.vm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.error.QubesVMNotPausedError;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.QubesVMNotStartedError;
import qubes.core.error.QubesVMShutdownTimeoutError;
import qubes.core.error.Repr;
import qubes.core.event.Event;
import qubes.core.event.Lifecycle;
import qubes.core.event.PropertyReset;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.property.Property;

/** The steps by which one domain starts and stops (spec vm-classes §9). */
final class GuestLifecycle implements GuestListener {
    private static final Path AGENTS = Path.of("/var/run/qubes");

    private final QubesVM vm;
    private final DomainContext context;
    private final ReentrantLock stopLock = new ReentrantLock();
    private final Condition stopHandled = stopLock.newCondition();
    private boolean pending; // a guest runs, or its stop is being handled; guarded by stopLock
    private volatile boolean armed; // a guest was started whose stop nobody handles yet
    private boolean cleanedUp; // guarded by the lifecycle lock
    private volatile boolean ignoreNextResume;
    private volatile @Nullable Instant started;

    GuestLifecycle(QubesVM vm, DomainContext context) {
        this.vm = vm;
        this.context = context;
        if (context.qubes()
                .guestState(context.record().uuid())
                .orElse(GuestState.HALTED)
                .active()) {
            arm();
        }
        context.watch(this);
    }

    void start(boolean startGuid) {
        context.exclusively(
                "start",
                () -> {
                    if (!vm.available()) {
                        throw new QubesVMNotFoundError(vm.name().value());
                    }
                    if (vm.powerState() == PowerState.HALTED) {
                        handleStop();
                        startHalted(startGuid);
                    }
                    return null;
                });
    }

    private void startHalted(boolean startGuid) {
        try {
            refuseProhibited();
            fire(new Lifecycle.PreStart(vm, startGuid, Optional.empty()));
            new DevicesAtStart(vm).refuseMissing();
            vm.storage().verify();
            startNetvm();
            vm.storage().start();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            fire(new Lifecycle.StartFailed(vm, reason(e)));
            throw e;
        }
        spawn(startGuid);
    }

    /**
     * From here on the volumes are started: whatever fails is told, then they are stopped again and
     * the guest is gone.
     */
    private void spawn(boolean startGuid) {
        try {
            fire(new Lifecycle.PreSpawn(vm, startGuid));
            hypervisor().create(spec());
            arm();
            announceGuestChange();
            fire(new Lifecycle.Spawn(vm, startGuid));
            new DevicesAtStart(vm).attachRequired();
            fire(new Lifecycle.PreUnpaused(vm));
            ignoreNextResume = true;
            hypervisor().resume(vm.uuid());
            fire(new Lifecycle.Unpaused(vm));
            fire(new Lifecycle.Started(vm, startGuid));
            new DevicesAtStart(vm).attachAutomatic();
            vm.log().info("{} started", vm);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            try {
                fire(new Lifecycle.StartFailed(vm, reason(e)));
            } finally {
                giveUp(e);
            }
            throw e;
        }
    }

    private void giveUp(Throwable cause) {
        ignoreNextResume = false;
        try {
            hypervisor().destroy(vm.uuid());
            if (!handleStop() && !armed) {
                stopUnlessActive();
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * The hypervisor failed to create the guest; if it did so halfway, the guest's end is waited
     * for.
     */
    private void stopUnlessActive() {
        if (hypervisor().refresh(vm.uuid()).active()) {
            arm();
        } else {
            vm.storage().stop();
        }
    }

    void shutdown(boolean force, boolean wait, Duration timeout) {
        if (vm.isHalted()) {
            throw new QubesVMNotStartedError("Domain is powered off: " + quoted());
        }
        try {
            fire(new Lifecycle.PreShutdown(vm, force));
            if (state() == GuestState.PAUSED) {
                if (!force && !DisposableTemplate.isPreload(vm)) {
                    throw notRunning();
                }
                hypervisor().destroy(vm.uuid());
            } else {
                hypervisor().shutdown(vm.uuid());
            }
            if (wait && !awaitStop(timeout)) {
                throw new QubesVMShutdownTimeoutError("Domain shutdown timed out: " + quoted());
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            fire(new Lifecycle.ShutdownFailed(vm, reason(e)));
            throw e;
        }
    }

    void kill() {
        if (!vm.isRunning()) {
            throw new QubesVMNotStartedError("Domain is powered off: " + quoted());
        }
        hypervisor().destroy(vm.uuid());
        handleStop();
    }

    /** Of one that is paused it is announced, too: a paused guest counts as running. */
    void pause() {
        if (!vm.isRunning()) {
            throw notRunning();
        }
        fire(new Lifecycle.PrePaused(vm));
        pauseUnlessPaused();
    }

    private void pauseUnlessPaused() {
        if (state() != GuestState.PAUSED) {
            hypervisor().pause(vm.uuid());
        }
    }

    void unpause() {
        if (state() != GuestState.PAUSED) {
            throw new QubesVMNotPausedError("Domain is not paused: " + quoted());
        }
        fire(new Lifecycle.PreUnpaused(vm));
        ignoreNextResume = true;
        hypervisor().resume(vm.uuid());
        fire(new Lifecycle.Unpaused(vm));
    }

    void suspend() {
        if (!vm.isRunning()) {
            throw notRunning();
        }
        skipService("qubes.SuspendPre");
        if (!hypervisor().suspend(vm.uuid())) {
            fire(new Lifecycle.PrePaused(vm));
            pauseUnlessPaused();
        }
    }

    void resume() {
        if (state() != GuestState.SUSPENDED) {
            unpause();
            return;
        }
        hypervisor().wakeUp(vm.uuid());
        skipService("qubes.SuspendPost");
        fire(new Lifecycle.Resumed(vm));
    }

    /** The hypervisor says that the guest is gone: clean up, once for each time it was started. */
    @Override
    public void stopped(Guest guest) {
        handleStop();
    }

    @Override
    public void paused(Guest guest) {
        fire(new Lifecycle.Paused(vm));
    }

    @Override
    public void resumed(Guest guest) {
        if (ignoreNextResume) {
            ignoreNextResume = false;
        } else {
            fire(new Lifecycle.Unpaused(vm));
        }
    }

    /**
     * A guest that runs already when the hypervisor comes, for instance after the daemon was
     * started anew.
     */
    @Override
    public void found(Guest guest) {
        if (!armed) {
            arm();
        }
    }

    /**
     * A domain that promises a qrexec agent is usable once the agent is connected, which a socket
     * on the host shows; any other as soon as it runs.
     */
    boolean fullyUsable() {
        return !hasAgent() || Files.exists(AGENTS.resolve("qrexec." + vm.name()));
    }

    private boolean hasAgent() {
        return Features.meansTrue(vm.features().checkWithTemplate("qrexec", ""));
    }

    /** A service in the guest would be run here, did the daemon have a way to its agent. */
    private void skipService(String service) {
        if (hasAgent()) {
            vm.log().warn("{}: service {} is not run, this daemon has no qrexec", vm, service);
        }
    }

    Optional<String> startTime() {
        Instant when = started;
        return when == null || !vm.isRunning()
                ? Optional.empty()
                : Optional.of(
                        String.format(java.util.Locale.ROOT, "%.2f", when.toEpochMilli() / 1000.0));
    }

    private void arm() {
        armed = true;
        started = Instant.now();
        setPending(true);
    }

    /**
     * Cleans up after a guest that is gone, unless that was done.
     *
     * @return true if it was this call that did
     */
    private boolean handleStop() {
        return context.exclusively(
                "clean up",
                () -> {
                    if (!armed || hypervisor().refresh(vm.uuid()).active()) {
                        return false;
                    }
                    armed = false;
                    started = null;
                    cleanedUp = false;
                    try {
                        fire(new Lifecycle.Stopped(vm));
                    } finally {
                        cleanUp();
                    }
                    try {
                        fire(new Lifecycle.Shutdown(vm));
                    } finally {
                        setPending(false);
                    }
                    vm.log().info("{} stopped", vm);
                    return true;
                });
    }

    /**
     * What the class itself does about a stop: it is a handler of {@code domain-stopped}, and runs
     * also if a handler before it fails.
     */
    void cleanUp() {
        if (!cleanedUp) {
            cleanedUp = true;
            vm.storage().stop();
            announceGuestChange();
        }
    }

    private void setPending(boolean value) {
        stopLock.lock();
        try {
            pending = value;
            stopHandled.signalAll();
        } finally {
            stopLock.unlock();
        }
    }

    private boolean awaitStop(Duration timeout) {
        long left = timeout.toNanos();
        stopLock.lock();
        try {
            while (pending) {
                if (left <= 0) {
                    return false;
                }
                left = stopHandled.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QubesException("Waiting for the shutdown of " + vm + " was interrupted", e);
        } finally {
            stopLock.unlock();
        }
    }

    private void refuseProhibited() {
        String rationale = vm.features().get("prohibit-start");
        if (Features.meansTrue(rationale)) {
            throw new QubesException("Qube start is prohibited. Rationale: " + rationale);
        }
    }

    private void startNetvm() {
        vm.find(Network.class)
                .flatMap(Network::netvm)
                .filter(
                        netvm ->
                                netvm.qid() != 0
                                        && netvm instanceof QubesVM guest
                                        && !guest.isRunning())
                .ifPresent(
                        netvm -> {
                            Network.refuseLoop(vm);
                            ((QubesVM) netvm).start();
                        });
    }

    private GuestSpec spec() {
        return new GuestSpec(
                vm.uuid(),
                vm.name().value(),
                vm.get(QubesVM.MEMORY),
                vm.get(QubesVM.MAXMEM),
                vm.get(QubesVM.VCPUS),
                vm.get(QubesVM.VIRT_MODE),
                Kernels.image(vm).filter(Files::exists),
                Kernels.file(vm, "initramfs"),
                KernelOptions.commandLine(vm),
                vm.storage().disks(),
                vm);
    }

    private void announceGuestChange() {
        for (Property<?> property :
                new Property<?>[] {QubesVM.XID, QubesVM.STUBDOM_XID, QubesVM.START_TIME}) {
            fire(new PropertyReset(vm, property, Optional.empty()));
        }
    }

    private QubesVMNotRunningError notRunning() {
        return new QubesVMNotRunningError(
                "Domain not running (either powered off or paused): " + quoted());
    }

    private GuestState state() {
        return vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED);
    }

    private Hypervisor hypervisor() {
        return vm.qubes().hypervisor();
    }

    private void fire(Event event) {
        context.fire(event);
    }

    private String quoted() {
        return Repr.quote(vm.name().value());
    }

    private static String reason(Throwable e) {
        return e instanceof QubesException && e.getMessage() != null
                ? e.getMessage()
                : "internal error";
    }
}
