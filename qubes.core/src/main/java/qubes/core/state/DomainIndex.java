package qubes.core.state;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which domains hold what others are asked about: the text of an explicit property, a volume in a
 * pool, a device of a backend, or nothing for a property that commonly follows a default.
 * Immutable; a question costs as much as its answer is long.
 */
final class DomainIndex {
    /** The index of no domains. */
    static final DomainIndex EMPTY = new DomainIndex(SharedMap.empty());

    /** Of these it is also known who has no explicit value. */
    static final List<String> FOLLOWING = List.of("audiovm", "guivm", "netvm", "template");

    private static final Set<String> IDENTITY = Set.of("name", "qid", "uuid");
    private static final int[] NONE = {};

    private enum Kind {
        VALUE,
        POOL,
        BACKEND,
        FOLLOWER
    }

    /** What is asked for. */
    private record Question(Kind kind, String text) {}

    /** One answer to a question, and what tells it from the others: a property, or a klass. */
    private record Entry(Question question, String detail) {
        static Entry value(String property, String text) {
            return new Entry(new Question(Kind.VALUE, text), property);
        }

        static Entry pool(String pool) {
            return new Entry(new Question(Kind.POOL, pool), "");
        }

        static Entry backend(String domain) {
            return new Entry(new Question(Kind.BACKEND, domain), "");
        }

        static Entry follower(String klass, String property) {
            return new Entry(new Question(Kind.FOLLOWER, property), klass);
        }
    }

    /** Question to the qids, ascending, by detail. */
    private final SharedMap<Question, Map<String, int[]>> qids;

    private DomainIndex(SharedMap<Question, Map<String, int[]>> qids) {
        this.qids = qids;
    }

    /** The index of these domains. */
    static DomainIndex of(List<DomainRecord> domains) {
        Map<Entry, IntStream.Builder> found = new HashMap<>();
        for (DomainRecord domain : domains) {
            for (Entry entry : entries(domain)) {
                found.computeIfAbsent(entry, any -> IntStream.builder()).add(domain.qid());
            }
        }
        Map<Question, Map<String, int[]>> sorted = new HashMap<>();
        found.forEach(
                (entry, all) ->
                        sorted.computeIfAbsent(entry.question(), any -> new HashMap<>())
                                .put(entry.detail(), all.build().sorted().toArray()));
        return new DomainIndex(SharedMap.of(sorted));
    }

    /** This index after a domain changed, came (no {@code before}) or went (no {@code after}). */
    DomainIndex replacing(@Nullable DomainRecord before, @Nullable DomainRecord after) {
        if (before != null && after != null && alike(before, after)) {
            return this;
        }
        Set<Entry> gone = before == null ? Set.of() : entries(before);
        Set<Entry> come = after == null ? Set.of() : entries(after);
        DomainIndex changed = this;
        for (Entry entry : gone) {
            if (!come.contains(entry) && before != null) {
                changed = changed.with(entry, without(changed.of(entry), before.qid()));
            }
        }
        for (Entry entry : come) {
            if (!gone.contains(entry) && after != null) {
                changed = changed.with(entry, with(changed.of(entry), after.qid()));
            }
        }
        return changed;
    }

    /** Qids, ascending, of the domains one of whose explicit properties has that text. */
    int[] holding(String text) {
        Map<String, int[]> found = qids.get(new Question(Kind.VALUE, text));
        return found == null
                ? NONE
                : found.values().stream()
                        .flatMapToInt(Arrays::stream)
                        .sorted()
                        .distinct()
                        .toArray();
    }

    /** Qids, ascending, of the domains with that text as explicit value of a property. */
    int[] holding(String property, String text) {
        return of(Entry.value(property, text));
    }

    /** Qids, ascending, of the domains with a volume in that pool. */
    int[] inPool(String pool) {
        return of(Entry.pool(pool));
    }

    /** Qids, ascending, of the domains that a device of that domain is assigned to. */
    int[] assignedFrom(String backend) {
        return of(Entry.backend(backend));
    }

    /** Qids, ascending, of the domains of a klass that have one of {@link #FOLLOWING} not set. */
    int[] following(String klass, String property) {
        return of(Entry.follower(klass, property));
    }

    private int[] of(Entry entry) {
        Map<String, int[]> found = qids.get(entry.question());
        return found == null ? NONE : found.getOrDefault(entry.detail(), NONE);
    }

    private DomainIndex with(Entry entry, int[] all) {
        Map<String, int[]> before = qids.get(entry.question());
        Map<String, int[]> changed = before == null ? new HashMap<>() : new HashMap<>(before);
        if (all.length == 0) {
            changed.remove(entry.detail());
        } else {
            changed.put(entry.detail(), all);
        }
        return new DomainIndex(qids.with(entry.question(), changed.isEmpty() ? null : changed));
    }

    private static boolean alike(DomainRecord before, DomainRecord after) {
        return before.klass().equals(after.klass())
                && before.properties().equals(after.properties())
                && before.volumes().equals(after.volumes())
                && before.assignments().equals(after.assignments());
    }

    private static Set<Entry> entries(DomainRecord domain) {
        Set<Entry> entries = new HashSet<>();
        domain.properties()
                .forEach(
                        (property, value) -> {
                            if (!IDENTITY.contains(property)) {
                                entries.add(Entry.value(property, value.text()));
                            }
                        });
        for (VolumeRecord volume : domain.volumes().values()) {
            volume.text("pool").ifPresent(pool -> entries.add(Entry.pool(pool)));
        }
        for (AssignmentRecord assignment : domain.assignments()) {
            entries.add(Entry.backend(assignment.backendDomain()));
        }
        for (String property : FOLLOWING) {
            if (!domain.properties().containsKey(property)) {
                entries.add(Entry.follower(domain.klass(), property));
            }
        }
        return entries;
    }

    private static int[] with(int[] all, int qid) {
        int at = -Arrays.binarySearch(all, qid) - 1;
        int[] more = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, at, more, at + 1, all.length - at);
        more[at] = qid;
        return more;
    }

    private static int[] without(int[] all, int qid) {
        return Arrays.stream(all).filter(other -> other != qid).toArray();
    }
}
