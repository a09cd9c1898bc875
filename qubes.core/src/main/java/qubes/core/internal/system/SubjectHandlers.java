package qubes.core.internal.system;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import qubes.core.event.Event;
import qubes.core.property.PropertyHolder;
import qubes.core.vm.BaseVM;

/**
 * Handlers of single subjects: of one domain, or of the application. They outlive the live object,
 * which is made anew when a klass comes and goes, and end with the domain. Reads never block.
 */
final class SubjectHandlers {
    private static final String APPLICATION = "";

    private final Map<Object, List<ForeignHandler<?>>> bySubject =
            new ConcurrentHashMap<>(); // a domain's uuid, or APPLICATION, to handlers in order

    /** Adds a handler until the result is closed. */
    AutoCloseable add(PropertyHolder subject, ForeignHandler<?> handler) {
        List<ForeignHandler<?>> own =
                bySubject.computeIfAbsent(key(subject), any -> new CopyOnWriteArrayList<>());
        own.add(handler);
        return () -> own.removeIf(other -> other == handler);
    }

    /** Runs those of the event's subject, in the order they were added. */
    void handle(Event event) {
        List<ForeignHandler<?>> own = bySubject.get(key(event.subject()));
        if (own != null) {
            for (ForeignHandler<?> handler : own) {
                if (handler.hears(event)) {
                    handler.handle(event);
                }
            }
        }
    }

    /** The domain is gone for good. */
    void forget(UUID domain) {
        bySubject.remove(domain);
    }

    /** Ends those whose action is of some classes; how many there were. */
    int forget(Predicate<Class<?>> isOf) {
        int count = 0;
        for (List<ForeignHandler<?>> own : bySubject.values()) {
            List<ForeignHandler<?>> left =
                    own.stream().filter(one -> isOf.test(one.action().getClass())).toList();
            own.removeAll(left);
            count += left.size();
        }
        return count;
    }

    private static Object key(PropertyHolder subject) {
        return subject instanceof BaseVM vm ? (Object) vm.uuid() : APPLICATION;
    }
}
