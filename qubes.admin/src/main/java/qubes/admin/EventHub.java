package qubes.admin;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.EventSink;
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
    private @Nullable AutoCloseable listening; // guarded by this

    @Activate
    public EventHub(@Reference Qubes qubes) {
        this.qubes = qubes;
    }

    @Deactivate
    synchronized void deactivate() {
        subscribers.clear();
        stopListening();
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
                send(event, subscriber);
            }
        }
        if (event instanceof Membership.DomainDelete deleted && deleted.vm() instanceof BaseVM vm) {
            members.remove(vm.uuid());
        }
    }

    /**
     * A filter that fails hides the event: it cannot be asked whether the subscriber may see it.
     */
    private static void send(Event event, Subscriber subscriber) {
        try {
            if (subscriber.permission().admits(event)) {
                subscriber.sink().send(event);
            }
        } catch (RuntimeException e) {
            log.error("Event {} could not be sent to a subscriber", event.wireName(), e);
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
