package qubes.core.internal.plugin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import qubes.core.plugin.PluginReport;

/** What is known of one plugin. Time is added by who holds the model lock; anybody reads. */
public final class PluginPage {
    /** So many different faults are told apart; the rest are one. */
    private static final int MOST_FAULTS = 64;

    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** One kind of fault: how often it was seen, and when it was last told. */
    private static final class Seen {
        private long untold;
        private long toldNanos;
    }

    private final String plugin;
    private final AtomicLong calls = new AtomicLong(); // these three: written under the model lock
    private final AtomicLong heldNanos = new AtomicLong();
    private final AtomicLong worstNanos = new AtomicLong();
    private final Map<String, Seen> seen = new TreeMap<>(); // fault to count; guarded by this
    private final Map<String, String> troubles = new TreeMap<>(); // kind to reason; guarded by this
    private long faults; // guarded by this
    private @Nullable String lastFault; // guarded by this

    PluginPage(String plugin) {
        this.plugin = plugin;
    }

    /** The plugin's name. */
    public String plugin() {
        return plugin;
    }

    /** Code of it ran under the model lock for so long; called by who holds that. Takes no lock. */
    public void held(long nanos) {
        calls.lazySet(calls.getPlain() + 1);
        heldNanos.lazySet(heldNanos.getPlain() + nanos);
        if (nanos > worstNanos.getPlain()) {
            worstNanos.lazySet(nanos);
        }
    }

    /**
     * Counts a fault.
     *
     * @param kind by which the same fault is known again
     * @return how often it happened since it was last told, this time included; 0 if it is not to
     *     be told now
     */
    synchronized long fault(String kind, String words, long nowNanos) {
        faults++;
        lastFault = words;
        boolean first = !seen.containsKey(kind) && seen.size() < MOST_FAULTS;
        Seen of = seen.computeIfAbsent(first ? kind : known(kind), any -> new Seen());
        of.untold++;
        if (of.toldNanos != 0 && nowNanos - of.toldNanos < SILENCE_NANOS) {
            return 0;
        }
        long told = of.untold;
        of.untold = 0;
        of.toldNanos = nowNanos == 0 ? 1 : nowNanos;
        return told;
    }

    private String known(String kind) {
        return seen.containsKey(kind) ? kind : "";
    }

    /** True if that is news. */
    synchronized boolean trouble(String kind, String reason) {
        return !reason.equals(troubles.put(kind, reason));
    }

    /** True if there was such trouble. */
    synchronized boolean settled(String kind) {
        return troubles.remove(kind) != null;
    }

    synchronized PluginReport report() {
        return new PluginReport(
                plugin,
                new ArrayList<>(troubles.values()),
                faults,
                Optional.ofNullable(lastFault),
                calls.get(),
                Duration.ofNanos(heldNanos.get()),
                Duration.ofNanos(worstNanos.get()));
    }
}
