package qubes.core.internal.plugin;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which plugin floods events, asked once others could not take them: it is in nearly all stacks of
 * the events that follow, of which there are many within a second. Whoever is cut off for another
 * reason, such as one that stopped reading yesterday, has nobody named.
 *
 * <p>At rest it costs the thread that fires a look at one field.
 */
final class EventInquiry {
    /** So many events within {@link #WINDOW_NANOS} are many. */
    static final int MANY = 256;

    /** A plugin that is at work for so many of these caused them. */
    static final int NEARLY_ALL = MANY * 3 / 4;

    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What was seen since it began. */
    private static final class Open {
        private final String consequence;
        private final long beginNanos;
        private final Map<String, Integer> times = new HashMap<>(); // plugin to events
        private int events;

        private Open(String consequence, long beginNanos) {
            this.consequence = consequence;
            this.beginNanos = beginNanos;
        }
    }

    /**
     * Who did what.
     *
     * @param consequence what came of it, in words for people
     */
    record Verdict(String plugin, String consequence) {}

    private volatile @Nullable Open open; // what it refers to is guarded by this

    /** Something could not be told any more. Nothing if the last question is still open. */
    synchronized void begin(String consequence, long nowNanos) {
        Open before = open;
        if (before == null || nowNanos - before.beginNanos > WINDOW_NANOS) {
            open = new Open(consequence, nowNanos);
        }
    }

    /** True if {@link #fired} is to be said of the next event. Never blocks. */
    boolean isOpen() {
        return open != null;
    }

    /** An event was fired, with these plugins at work. Absent while it is not known who it was. */
    synchronized Optional<Verdict> fired(Set<String> atWork, long nowNanos) {
        Open now = open;
        if (now == null) {
            return Optional.empty();
        }
        if (nowNanos - now.beginNanos > WINDOW_NANOS) {
            open = null;
            return Optional.empty();
        }
        atWork.forEach(plugin -> now.times.merge(plugin, 1, Integer::sum));
        if (++now.events < MANY) {
            return Optional.empty();
        }
        open = null;
        return now.times.entrySet().stream()
                .filter(one -> one.getValue() >= NEARLY_ALL)
                .max(Map.Entry.comparingByValue())
                .map(most -> new Verdict(most.getKey(), now.consequence));
    }
}
