package qubes.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.EventSink;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotRunningError;
import qubes.core.error.Repr;
import qubes.core.hypervisor.GuestState;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;

/**
 * Measures what qubes use, while somebody wants to know, and tells all of them. There is one
 * measurement every {@code stats_interval} seconds, however many listen; who comes in between is
 * told the last one at once, and from then on what all are told. Only for a qube that was started
 * since, it is measured anew.
 */
@Component(service = StatsHub.class)
public final class StatsHub {
    private static final Logger log = LoggerFactory.getLogger(StatsHub.class);
    private static final long IDLE_SECONDS = 10;

    /** One caller of {@code admin.vm.Stats}. */
    private static final class Subscriber {
        final BaseVM domain;
        final AdminPermission permission;
        final EventSink sink;
        boolean told; // of any measurement

        Subscriber(BaseVM domain, AdminPermission permission, EventSink sink) {
            this.domain = domain;
            this.permission = permission;
            this.sink = sink;
        }

        boolean wantsAll() {
            return domain.qid() == 0;
        }

        /** A filter that fails hides the qube. */
        void send(VmStats event) {
            if (!wantsAll() && !event.vm().uuid().equals(domain.uuid())) {
                return;
            }
            try {
                if (permission.admits(event.vm().name().value())) {
                    sink.send(event);
                }
            } catch (RuntimeException e) {
                log.error("Statistics of {} could not be sent", event.vm(), e);
            }
        }
    }

    private final Qubes qubes;
    private final ScheduledExecutorService clock;
    private final boolean ownClock;
    private final List<Subscriber> subscribers =
            new ArrayList<>(); // this and below: guarded by this
    private @Nullable Measurement last; // null while nobody listens
    private boolean measuring; // a measurement is under way or waited for
    private @Nullable Future<?> next;

    /**
     * @param clock tells when the next measurement is due; absent: a clock of its own
     */
    @Activate
    public StatsHub(
            @Reference Qubes qubes,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, target = "(qubes.clock=stats)")
                    @Nullable ScheduledExecutorService clock) {
        this.qubes = qubes;
        this.ownClock = clock == null;
        this.clock = clock == null ? ownClock() : clock;
    }

    /** Its thread ends while nobody listens. */
    private static ScheduledExecutorService ownClock() {
        ScheduledThreadPoolExecutor own =
                new ScheduledThreadPoolExecutor(
                        1,
                        work -> {
                            Thread thread = new Thread(work, "qubes-stats-clock");
                            thread.setDaemon(true);
                            return thread;
                        });
        own.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        own.allowCoreThreadTimeOut(true);
        own.setRemoveOnCancelPolicy(true);
        return own;
    }

    @Deactivate
    synchronized void deactivate() {
        subscribers.clear();
        rest();
        if (ownClock) {
            clock.shutdownNow();
        }
    }

    /**
     * Sends what {@code domain} uses, or every running domain at dom0, as far as the permission
     * lets see their names, to {@code sink}. Does not block.
     *
     * @return ends that
     */
    public synchronized AutoCloseable subscribe(
            BaseVM domain, AdminPermission permission, EventSink sink) {
        Subscriber subscriber = new Subscriber(domain, permission, sink);
        if (failIfStopped(subscriber)) {
            return () -> {};
        }
        subscribers.add(subscriber);
        Measurement known = last;
        if (known != null && (subscriber.wantsAll() || known.knows(domain))) {
            subscriber.told = true;
            known.events(qubes, null).forEach(subscriber::send);
        } else {
            measure(false);
        }
        return () -> unsubscribe(subscriber);
    }

    private synchronized void unsubscribe(Subscriber subscriber) {
        subscribers.remove(subscriber);
        if (subscribers.isEmpty()) {
            rest();
        }
    }

    private void rest() {
        Future<?> waiting = next;
        next = null;
        last = null;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    /**
     * Measures elsewhere, unless that is under way.
     *
     * @param due whether it is time to tell all of it, or only those who never heard any
     */
    private synchronized void measure(boolean due) {
        if (due) {
            next = null;
        }
        if (measuring || subscribers.isEmpty()) {
            return;
        }
        measuring = true;
        try {
            qubes.executor().execute(() -> measureNow(due));
        } catch (RejectedExecutionException e) {
            measuring = false;
            log.debug("Nothing is measured any more: the system stops", e);
        }
    }

    private void measureNow(boolean due) {
        Measurement now = null;
        try {
            now = Measurement.of(qubes);
        } catch (QubesException e) {
            log.warn("What qubes use could not be measured: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("What qubes use could not be measured", e);
        }
        tell(now, due);
    }

    private synchronized void tell(@Nullable Measurement now, boolean due) {
        measuring = false;
        subscribers.removeIf(StatsHub::failIfStopped);
        if (now != null && !subscribers.isEmpty()) {
            List<Subscriber> regular = subscribers.stream().filter(one -> one.told).toList();
            List<Subscriber> newcomers = subscribers.stream().filter(one -> !one.told).toList();
            tell(now.events(qubes, null), newcomers);
            newcomers.forEach(one -> one.told = true);
            if (due || last == null) {
                tell(now.events(qubes, last), regular);
                last = now;
            }
        }
        if (subscribers.isEmpty()) {
            rest();
        } else if (next == null) {
            waitForNext();
        }
    }

    /** Event by event, not subscriber by subscriber: so each is encoded once. */
    private static void tell(List<VmStats> events, List<Subscriber> to) {
        for (VmStats event : events) {
            for (Subscriber subscriber : to) {
                subscriber.send(event);
            }
        }
    }

    private void waitForNext() {
        try {
            next =
                    clock.schedule(
                            () -> measure(true),
                            Math.max(1, qubes.get(Globals.STATS_INTERVAL)),
                            TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("Nothing is measured any more: the bundle stops", e);
        }
    }

    private static boolean failIfStopped(Subscriber subscriber) {
        BaseVM vm = subscriber.domain;
        if (subscriber.wantsAll()
                || vm.qubes().guestState(vm.uuid()).orElse(GuestState.HALTED).active()) {
            return false;
        }
        subscriber.sink.fail(
                new QubesVMNotRunningError(
                        "Domain not running (either powered off or paused): "
                                + Repr.quote(vm.name().value())));
        return true;
    }
}
