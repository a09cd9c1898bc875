package qubes.core.internal.system;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.hypervisor.Guest;
import qubes.core.hypervisor.GuestListener;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;

/** The hypervisor, while there is one, and what its guests' changes mean to domains. */
final class GuestWatch implements GuestListener {
    private static final Logger log = LoggerFactory.getLogger(GuestWatch.class);

    private static final int STOPS_AT_ONCE = 2;

    // after a start of the daemon nobody waits for it, and a thousand domains take a while
    private static final Duration BEFORE_STOPS = Duration.ofSeconds(1);

    private final QubesSystem system;
    private final Executor stops;
    private final Map<UUID, GuestState> lastSeen =
            new ConcurrentHashMap<>(); // while no hypervisor is there
    private volatile @Nullable Hypervisor hypervisor;
    private @Nullable AutoCloseable registration;

    GuestWatch(QubesSystem system, Schedule schedule) {
        this.system = system;
        this.stops =
                new FewAtOnce(
                        work -> schedule.at(schedule.now().plus(BEFORE_STOPS), work),
                        STOPS_AT_ONCE);
    }

    /** One that fails to begin is left out: nobody would hear what becomes of its guests. */
    synchronized void bind(Hypervisor arrived) {
        closeRegistration(); // of the one before, if a better one takes over
        hypervisor = arrived;
        boolean begun = false;
        try {
            registration = arrived.listen(this);
            log.info("Hypervisor {} available", arrived.kind());
            begun = true;
        } finally {
            if (!begun) {
                closeRegistration();
                hypervisor = null;
            }
        }
        lastSeen.clear();
        settleAll();
    }

    synchronized void unbind(Hypervisor left) {
        if (hypervisor != left) {
            return;
        }
        try {
            left.guests().forEach(guest -> lastSeen.put(guest.uuid(), guest.state()));
            log.info("Hypervisor {} unavailable, guests run on", left.kind());
        } finally {
            hypervisor = null; // only now: whoever asks meanwhile shall not find nothing
            closeRegistration();
        }
    }

    private void closeRegistration() {
        AutoCloseable before = registration;
        registration = null;
        if (before != null) {
            try {
                before.close();
            } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
                log.warn("The hypervisor's listener could not be removed", e);
            }
        }
    }

    /**
     * A hypervisor is there, which serves if it is the best; said so that one that waits is named.
     *
     * @param all that are there, best first
     */
    static void seen(Collection<String> all) {
        if (all.size() > 1) {
            List<String> names = List.copyOf(all);
            log.warn(
                    "Hypervisor is provided twice: that of {} serves, that of {} waits until it"
                            + " leaves",
                    names.get(0),
                    String.join(", ", names.subList(1, names.size())));
        }
    }

    Optional<Hypervisor> hypervisor() {
        return Optional.ofNullable(hypervisor);
    }

    Optional<GuestState> state(UUID uuid) {
        Hypervisor current = hypervisor;
        return current == null
                ? Optional.ofNullable(lastSeen.get(uuid))
                : Optional.of(current.state(uuid));
    }

    /**
     * Brings a domain in line with its guest: one that runs is taken over, the volumes of any other
     * are stopped, a moment later.
     */
    void settle(BaseVM vm) {
        if (!taken(vm)) {
            stop(vm);
        }
    }

    /** Of all domains: those that run first, so that nobody waits for the others. */
    private void settleAll() {
        List<BaseVM> idle = system.domains().stream().filter(vm -> !taken(vm)).toList();
        idle.forEach(this::stop);
    }

    /** True if the domain has a guest that runs, which it watches from now on. */
    private boolean taken(BaseVM vm) {
        Hypervisor current = hypervisor;
        if (current == null || !(vm instanceof QubesVM)) {
            return false;
        }
        Optional<Guest> guest = current.guest(vm.uuid()).filter(g -> g.state().active());
        guest.ifPresent(
                running -> system.watcher(vm.uuid()).ifPresent(watcher -> watcher.found(running)));
        return guest.isPresent();
    }

    private void stop(BaseVM vm) {
        Hypervisor current = hypervisor;
        if (current != null && current.connected() && vm instanceof QubesVM managed) {
            stops.execute(() -> stopStorage(managed));
        }
    }

    private static void stopStorage(QubesVM vm) {
        if (!vm.available()) {
            return; // its klass has left since, and whoever comes next is settled by itself
        }
        try {
            vm.stopStorage();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{}: its volumes could not be stopped", vm, e);
        }
    }

    @Override
    public void found(Guest guest) {
        system.watcher(guest.uuid())
                .ifPresent(watcher -> contained(guest, () -> watcher.found(guest)));
    }

    @Override
    public void stopped(Guest guest) {
        system.watcher(guest.uuid())
                .ifPresent(
                        watcher ->
                                system.executor()
                                        .execute(
                                                () ->
                                                        contained(
                                                                guest,
                                                                () -> watcher.stopped(guest))));
    }

    @Override
    public void paused(Guest guest) {
        system.watcher(guest.uuid())
                .ifPresent(watcher -> contained(guest, () -> watcher.paused(guest)));
    }

    @Override
    public void resumed(Guest guest) {
        system.watcher(guest.uuid())
                .ifPresent(watcher -> contained(guest, () -> watcher.resumed(guest)));
    }

    private static void contained(Guest guest, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{}: a change of its guest was not handled", guest.name(), e);
        }
    }
}
