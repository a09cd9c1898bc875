package qubes.admin;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.EventSink;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.Membership;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/**
 * Hands events to the subscribers whose business they are. Listens to the system only while there
 * are subscribers.
 *
 * <p>Who subscribes at dom0 hears the system and every domain from its {@code domain-add} to its
 * {@code domain-delete}; who subscribes at another domain hears just that one.
 */
@Component(service = EventHub.class)
public final class EventHub {
    private static final Logger log = LoggerFactory.getLogger(EventHub.class);
    private static final int IDLE_SECONDS = 10;

    /** So many events may wait for the filters. */
    private static final int FILTERED_BACKLOG = 65_536;

    private static final List<String> SUPPRESSED =
            List.of("admin-permission:", "device-get:", "device-list:", "device-list-attached:");

    /**
     * One caller of {@code admin.Events}.
     *
     * @param only the domain heard; null hears all
     */
    private record Subscriber(@Nullable UUID only, AdminPermission permission, EventSink sink) {}

    private final Qubes qubes;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final Set<UUID> members = ConcurrentHashMap.newKeySet(); // domains that were announced
    private final ThreadPoolExecutor filters =
            new ThreadPoolExecutor(
                    1,
                    1,
                    IDLE_SECONDS,
                    TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(FILTERED_BACKLOG),
                    EventHub::filterThread);
    private @Nullable AutoCloseable listening; // guarded by this

    @Activate
    public EventHub(@Reference Qubes qubes) {
        this.qubes = qubes;
        this.filters.allowCoreThreadTimeOut(true);
    }

    @Deactivate
    synchronized void deactivate() {
        subscribers.clear();
        stopListening();
        filters.shutdownNow();
    }

    private static Thread filterThread(Runnable work) {
        Thread thread = new Thread(work, "admin-event-filters");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Sends what concerns {@code domain}, and passes the permission's filter, to {@code sink}.
     * Never blocks for long.
     *
     * @return ends that
     */
    public synchronized AutoCloseable subscribe(
            BaseVM domain, AdminPermission permission, EventSink sink) {
        Subscriber subscriber =
                new Subscriber(domain.qid() == 0 ? null : domain.uuid(), permission, sink);
        subscribers.add(subscriber);
        if (listening == null) {
            qubes.domains().forEach(vm -> members.add(vm.uuid()));
            listening = qubes.listen(this::onEvent);
        }
        return () -> unsubscribe(subscriber);
    }

    private synchronized void unsubscribe(Subscriber subscriber) {
        subscribers.remove(subscriber);
        if (subscribers.isEmpty()) {
            stopListening();
        }
    }

    private void stopListening() {
        AutoCloseable ears = listening;
        listening = null;
        members.clear();
        if (ears != null) {
            try {
                ears.close();
            } catch (Exception e) {
                log.error("The system did not take its listener back", e);
            }
        }
    }

    private void onEvent(Event event) {
        if (isSuppressed(event)) {
            return;
        }
        if (event instanceof Membership.DomainAdd added && added.vm() instanceof BaseVM vm) {
            members.add(vm.uuid());
        }
        UUID subject = event.subject() instanceof BaseVM vm ? vm.uuid() : null;
        boolean announced = subject == null || members.contains(subject);
        for (Subscriber subscriber : subscribers) {
            UUID only = subscriber.only();
            if (only == null ? announced : only.equals(subject)) {
                if (subscriber.permission().narrows()) {
                    filter(event, subscriber);
                } else {
                    send(event, subscriber);
                }
            }
        }
        if (event instanceof Membership.DomainDelete deleted && deleted.vm() instanceof BaseVM vm) {
            members.remove(vm.uuid());
        }
    }

    /**
     * Filters are somebody else's: they run on a thread of their own, all on the same one and so in
     * order. If they do not keep up, those who are filtered lose their streams, rather than events
     * of them; they connect again.
     */
    private void filter(Event event, Subscriber subscriber) {
        try {
            filters.execute(() -> send(event, subscriber));
        } catch (RejectedExecutionException e) {
            if (subscribers.remove(subscriber)) {
                log.error("Filters of events do not keep up; a subscriber is cut off");
                qubes.plugins()
                        .overrun("their filters do not keep up, and a subscriber is cut off");
                subscriber
                        .sink()
                        .fail(new QubesException("Events could not be filtered in time", e));
            }
        }
    }

    /**
     * A filter that fails hides the event: it cannot be asked whether the subscriber may see it.
     */
    private void send(Event event, Subscriber subscriber) {
        try {
            if (subscriber.permission().admits(event)) {
                subscriber.sink().send(event);
            }
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            qubes.plugins()
                    .blame(e)
                    .ifPresentOrElse(
                            plugin ->
                                    qubes.plugins()
                                            .failed(
                                                    plugin,
                                                    "filter of events, which are not sent",
                                                    e),
                            () ->
                                    log.error(
                                            "Event {} could not be sent to a subscriber",
                                            event.wireName(),
                                            e));
        }
    }

    /** Queries between the daemon's parts, of no meaning to others. */
    private static boolean isSuppressed(Event event) {
        String name = event.wireName();
        if (name.equals("domain-is-fully-usable")) {
            return true;
        }
        for (String prefix : SUPPRESSED) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
