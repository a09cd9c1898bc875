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
    static final List<String> FOLLOWING =
            List.of("audiovm", "default_dispvm", "guivm", "management_dispvm", "netvm", "template");

    private static final Set<String> IDENTITY = Set.of("name", "qid", "uuid");
    private static final int[] NONE = {};

    private enum Kind {
        VALUE,
        POOL,
        BACKEND,
        FOLLOWER
    }

    private record Key(Kind kind, String text) {
        static Key follower(String klass, String property) {
            return new Key(Kind.FOLLOWER, property + " " + klass);
        }
    }

    private final SharedMap<Key, int[]> qids; // ascending

    private DomainIndex(SharedMap<Key, int[]> qids) {
        this.qids = qids;
    }

    /** The index of these domains. */
    static DomainIndex of(List<DomainRecord> domains) {
        Map<Key, IntStream.Builder> found = new HashMap<>();
        for (DomainRecord domain : domains) {
            for (Key key : keys(domain)) {
                found.computeIfAbsent(key, any -> IntStream.builder()).add(domain.qid());
            }
        }
        Map<Key, int[]> sorted = new HashMap<>();
        found.forEach((key, all) -> sorted.put(key, all.build().sorted().toArray()));
        return new DomainIndex(SharedMap.of(sorted));
    }

    /** This index after a domain changed, came (no {@code before}) or went (no {@code after}). */
    DomainIndex replacing(@Nullable DomainRecord before, @Nullable DomainRecord after) {
        if (before != null && after != null && alike(before, after)) {
            return this;
        }
        Set<Key> gone = before == null ? Set.of() : keys(before);
        Set<Key> come = after == null ? Set.of() : keys(after);
        SharedMap<Key, int[]> changed = qids;
        for (Key key : gone) {
            if (!come.contains(key) && before != null) {
                int[] without = without(changed.get(key), before.qid());
                changed = changed.with(key, without.length == 0 ? null : without);
            }
        }
        for (Key key : come) {
            if (!gone.contains(key) && after != null) {
                changed = changed.with(key, with(changed.get(key), after.qid()));
            }
        }
        return new DomainIndex(changed);
    }

    /** Qids, ascending, of the domains one of whose explicit properties has that text. */
    int[] holding(String text) {
        return of(new Key(Kind.VALUE, text));
    }

    /** Qids, ascending, of the domains with a volume in that pool. */
    int[] inPool(String pool) {
        return of(new Key(Kind.POOL, pool));
    }

    /** Qids, ascending, of the domains that a device of that domain is assigned to. */
    int[] assignedFrom(String backend) {
        return of(new Key(Kind.BACKEND, backend));
    }

    /** Qids, ascending, of the domains of a klass that have one of {@link #FOLLOWING} not set. */
    int[] following(String klass, String property) {
        return of(Key.follower(klass, property));
    }

    private int[] of(Key key) {
        int[] found = qids.get(key);
        return found == null ? NONE : found;
    }

    private static boolean alike(DomainRecord before, DomainRecord after) {
        return before.properties().equals(after.properties())
                && before.volumes().equals(after.volumes())
                && before.assignments().equals(after.assignments());
    }

    private static Set<Key> keys(DomainRecord domain) {
        Set<Key> keys = new HashSet<>();
        domain.properties()
                .forEach(
                        (property, value) -> {
                            if (!IDENTITY.contains(property)) {
                                keys.add(new Key(Kind.VALUE, value.text()));
                            }
                        });
        for (VolumeRecord volume : domain.volumes().values()) {
            volume.text("pool").ifPresent(pool -> keys.add(new Key(Kind.POOL, pool)));
        }
        for (AssignmentRecord assignment : domain.assignments()) {
            keys.add(new Key(Kind.BACKEND, assignment.backendDomain()));
        }
        for (String property : FOLLOWING) {
            if (!domain.properties().containsKey(property)) {
                keys.add(Key.follower(domain.klass(), property));
            }
        }
        return keys;
    }

    private static int[] with(int @Nullable [] all, int qid) {
        if (all == null) {
            return new int[] {qid};
        }
        int at = -Arrays.binarySearch(all, qid) - 1;
        int[] more = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(all, at, more, at + 1, all.length - at);
        more[at] = qid;
        return more;
    }

    private static int[] without(int @Nullable [] all, int qid) {
        return all == null ? NONE : Arrays.stream(all).filter(other -> other != qid).toArray();
    }
}
