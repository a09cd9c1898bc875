package qubes.core.internal.system;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import qubes.core.event.Event;

/**
 * What was found out about events, by who is their subject, their type and their topic. Looking
 * that up takes no lock and makes no garbage. Topics hold names that clients choose: when there are
 * too many, all is forgotten.
 */
final class EventCache<V> {
    private static final int MOST = 4096;

    private final Map<Object, Map<Class<?>, Map<Object, V>>> values =
            new ConcurrentHashMap<>(); // level to type to topic to value
    private final AtomicInteger size = new AtomicInteger();

    @Nullable V get(Object level, Event event) {
        Map<Class<?>, Map<Object, V>> types = values.get(level);
        Map<Object, V> topics = types == null ? null : types.get(event.getClass());
        return topics == null ? null : topics.get(event.topic());
    }

    void put(Object level, Event event, V value) {
        if (size.get() >= MOST) {
            values.clear();
            size.set(0);
        }
        V before =
                values.computeIfAbsent(level, any -> new ConcurrentHashMap<>())
                        .computeIfAbsent(event.getClass(), any -> new ConcurrentHashMap<>())
                        .put(event.topic(), value);
        if (before == null) {
            size.incrementAndGet();
        }
    }

    /** How many events are known. */
    int size() {
        return size.get();
    }
}
