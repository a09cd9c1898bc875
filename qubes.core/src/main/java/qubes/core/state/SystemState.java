package qubes.core.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import qubes.core.value.DomainName;
import qubes.core.value.Label;

/**
 * Everything the store holds, at one moment; immutable. A change of one domain shares all but a few
 * hundred references with the state before it. Looking a domain up by qid, name or uuid takes
 * constant time; asking who refers to something takes as long as the answer is.
 */
public final class SystemState {
    /** The largest qid there can be. */
    public static final int MAX_QID = 10_000;

    private static final int CHUNK = 128;

    /** dom0, then by name. */
    private static final Comparator<DomainRecord> ORDER =
            Comparator.comparing((DomainRecord domain) -> domain.qid() != 0)
                    .thenComparing(DomainRecord::name);

    /** The state of a system without anything. */
    public static final SystemState EMPTY =
            new SystemState(
                    List.of(),
                    List.of(),
                    Map.of(),
                    List.of(),
                    new DomainRecord[0][],
                    SharedMap.empty(),
                    SharedMap.empty(),
                    new int[0],
                    DomainIndex.EMPTY);

    private final List<Label> labels;
    private final List<PoolRecord> pools;
    private final Map<String, StoredValue> globals; // property name to explicit value
    private final List<XmlFragment> unknown;
    private final @Nullable DomainRecord[][] chunks; // qid / CHUNK, then qid % CHUNK
    private final SharedMap<DomainName, Integer> qidByName;
    private final SharedMap<UUID, Integer> qidByUuid;
    private final int[] order; // qids: dom0, then by name
    private final DomainIndex index;

    private SystemState(
            List<Label> labels,
            List<PoolRecord> pools,
            Map<String, StoredValue> globals,
            List<XmlFragment> unknown,
            @Nullable DomainRecord[][] chunks,
            SharedMap<DomainName, Integer> qidByName,
            SharedMap<UUID, Integer> qidByUuid,
            int[] order,
            DomainIndex index) {
        this.labels = labels;
        this.pools = pools;
        this.globals = globals;
        this.unknown = unknown;
        this.chunks = chunks;
        this.qidByName = qidByName;
        this.qidByUuid = qidByUuid;
        this.order = order;
        this.index = index;
    }

    /**
     * {@return a state with these parts}
     *
     * @param labels all labels, by index
     * @param pools all pools, in order
     * @param globals the application's properties
     * @param unknown what of the store nobody here understands
     * @param domains all domains, dom0 first
     * @throws IllegalArgumentException if two domains share a qid, name or uuid, or a qid is out of
     *     range
     */
    public static SystemState of(
            List<Label> labels,
            List<PoolRecord> pools,
            Map<String, StoredValue> globals,
            List<XmlFragment> unknown,
            List<DomainRecord> domains) {
        DomainRecord[][] chunks = new DomainRecord[MAX_QID / CHUNK + 1][];
        Map<DomainName, Integer> names = new HashMap<>();
        Map<UUID, Integer> uuids = new HashMap<>();
        for (DomainRecord domain : domains) {
            int qid = domain.qid();
            if (qid < 0 || qid > MAX_QID) {
                throw new IllegalArgumentException(
                        "qid of " + domain.name() + " is not in 0 to 10000: " + qid);
            }
            DomainRecord[] chunk = chunks[qid / CHUNK];
            if (chunk == null) {
                chunk = new DomainRecord[CHUNK];
                chunks[qid / CHUNK] = chunk;
            }
            if (chunk[qid % CHUNK] != null) {
                throw new IllegalArgumentException(
                        "two domains have qid "
                                + qid
                                + ": "
                                + chunk[qid % CHUNK].name()
                                + " and "
                                + domain.name());
            }
            chunk[qid % CHUNK] = domain;
            if (names.put(domain.name(), qid) != null) {
                throw new IllegalArgumentException("two domains are named " + domain.name());
            }
            if (uuids.put(domain.uuid(), qid) != null) {
                throw new IllegalArgumentException("two domains have uuid " + domain.uuid());
            }
        }
        return new SystemState(
                List.copyOf(labels),
                List.copyOf(pools),
                Collections.unmodifiableMap(new LinkedHashMap<>(globals)),
                List.copyOf(unknown),
                chunks,
                SharedMap.of(names),
                SharedMap.of(uuids),
                ordered(domains),
                DomainIndex.of(domains));
    }

    /** {@return labels by ascending index} */
    public List<Label> labels() {
        return labels;
    }

    /**
     * {@return the label of that name}
     *
     * @param name unique name
     */
    public Optional<Label> label(String name) {
        return labels.stream().filter(label -> label.name().equals(name)).findFirst();
    }

    /** {@return pools in the order they were registered} */
    public List<PoolRecord> pools() {
        return pools;
    }

    /**
     * {@return the pool of that name}
     *
     * @param name unique name
     */
    public Optional<PoolRecord> pool(String name) {
        return pools.stream().filter(pool -> pool.name().equals(name)).findFirst();
    }

    /** {@return explicit global properties, name to value} */
    public Map<String, StoredValue> globals() {
        return globals;
    }

    /** {@return top-level pieces of the store that nobody here understands} */
    public List<XmlFragment> unknown() {
        return unknown;
    }

    /** {@return number of domains, dom0 included} */
    public int size() {
        return order.length;
    }

    /**
     * {@return the domain with that qid, or null}
     *
     * @param qid number inside the system
     */
    public @Nullable DomainRecord domain(int qid) {
        if (qid < 0 || qid / CHUNK >= chunks.length) {
            return null;
        }
        DomainRecord[] chunk = chunks[qid / CHUNK];
        return chunk == null ? null : chunk[qid % CHUNK];
    }

    /**
     * {@return the domain of that name, or null}
     *
     * @param name unique name
     */
    public @Nullable DomainRecord domain(DomainName name) {
        Integer qid = qidByName.get(name);
        return qid == null ? null : domain((int) qid);
    }

    /**
     * {@return the domain with that uuid, or null}
     *
     * @param uuid identity for the hypervisor
     */
    public @Nullable DomainRecord domain(UUID uuid) {
        Integer qid = qidByUuid.get(uuid);
        return qid == null ? null : domain((int) qid);
    }

    /** {@return all domains: dom0, then by name} */
    public List<DomainRecord> domains() {
        List<DomainRecord> all = new ArrayList<>(order.length);
        for (int qid : order) {
            DomainRecord domain = domain(qid);
            if (domain != null) {
                all.add(domain);
            }
        }
        return all;
    }

    /**
     * {@return the domains, by ascending qid, one of whose explicit properties has that text; name,
     * qid and uuid do not count}
     *
     * @param text the value, as the store has it
     */
    public List<DomainRecord> holding(String text) {
        return records(index.holding(text));
    }

    /**
     * {@return the domains, by ascending qid, with that text as explicit value of a property}
     *
     * @param property name of the property
     * @param text the value, as the store has it
     */
    public List<DomainRecord> holding(String property, String text) {
        return records(index.holding(property, text));
    }

    /**
     * {@return the domains, by ascending qid, with a volume in that pool}
     *
     * @param pool name of the pool
     */
    public List<DomainRecord> inPool(String pool) {
        return records(index.inPool(pool));
    }

    /**
     * {@return the domains, by ascending qid, that a device of that domain is assigned to}
     *
     * @param backend name of the domain that offers devices
     */
    public List<DomainRecord> assignedFrom(String backend) {
        return records(index.assignedFrom(backend));
    }

    /**
     * {@return the domains of a klass, by ascending qid, that have no explicit value of a property}
     *
     * @param klass wire name of the klass
     * @param property {@code template}, {@code netvm}, {@code guivm} or {@code audiovm}
     * @throws IllegalArgumentException if it is another property: nothing is known of it
     */
    public List<DomainRecord> following(String klass, String property) {
        if (!DomainIndex.FOLLOWING.contains(property)) {
            throw new IllegalArgumentException("nothing is known of who leaves out " + property);
        }
        return records(index.following(klass, property));
    }

    private List<DomainRecord> records(int[] qids) {
        List<DomainRecord> found = new ArrayList<>(qids.length);
        for (int qid : qids) {
            DomainRecord domain = domain(qid);
            if (domain != null) {
                found.add(domain);
            }
        }
        return found;
    }

    /** {@return the smallest qid from 1 to 9999 that is free; empty if none is} */
    public Optional<Integer> freeQid() {
        for (int qid = 1; qid < MAX_QID; qid++) {
            if (domain(qid) == null) {
                return Optional.of(qid);
            }
        }
        return Optional.empty();
    }

    /**
     * {@return this state with other labels}
     *
     * @param all what takes the place of what was there
     */
    public SystemState withLabels(List<Label> all) {
        return new SystemState(
                List.copyOf(all),
                pools,
                globals,
                unknown,
                chunks,
                qidByName,
                qidByUuid,
                order,
                index);
    }

    /**
     * {@return this state with other pools}
     *
     * @param all what takes the place of what was there
     */
    public SystemState withPools(List<PoolRecord> all) {
        return new SystemState(
                labels,
                List.copyOf(all),
                globals,
                unknown,
                chunks,
                qidByName,
                qidByUuid,
                order,
                index);
    }

    /**
     * {@return this state with a global property set, or at its default if {@code value} is absent}
     *
     * @param property name of the property
     * @param value the value; absent to remove it
     */
    public SystemState withGlobal(String property, Optional<StoredValue> value) {
        Map<String, StoredValue> all = new LinkedHashMap<>(globals);
        if (value.isPresent()) {
            all.put(property, value.get());
        } else {
            all.remove(property);
        }
        return new SystemState(
                labels,
                pools,
                Collections.unmodifiableMap(all),
                unknown,
                chunks,
                qidByName,
                qidByUuid,
                order,
                index);
    }

    /**
     * {@return this state with the record of a domain that is there replaced}
     *
     * @param domain the domain's record
     */
    public SystemState withChanged(DomainRecord domain) {
        DomainRecord before = domain(domain.qid());
        if (before == null
                || !before.name().equals(domain.name())
                || !before.uuid().equals(domain.uuid())) {
            throw new IllegalArgumentException(
                    "not a change of a domain that is there: " + domain.name());
        }
        return new SystemState(
                labels,
                pools,
                globals,
                unknown,
                put(domain.qid(), domain),
                qidByName,
                qidByUuid,
                order,
                index.replacing(before, domain));
    }

    /**
     * {@return this state with one more domain}
     *
     * @param domain the domain's record
     * @throws IllegalArgumentException if its qid, name or uuid is taken
     */
    public SystemState withAdded(DomainRecord domain) {
        if (domain(domain.qid()) != null
                || domain(domain.name()) != null
                || domain(domain.uuid()) != null) {
            throw new IllegalArgumentException(
                    "qid "
                            + domain.qid()
                            + ", name "
                            + domain.name()
                            + " or uuid "
                            + domain.uuid()
                            + " is taken");
        }
        int at = -position(domain) - 1;
        int[] longer = Arrays.copyOf(order, order.length + 1);
        System.arraycopy(order, at, longer, at + 1, order.length - at);
        longer[at] = domain.qid();
        return new SystemState(
                labels,
                pools,
                globals,
                unknown,
                put(domain.qid(), domain),
                qidByName.with(domain.name(), domain.qid()),
                qidByUuid.with(domain.uuid(), domain.qid()),
                longer,
                index.replacing(null, domain));
    }

    /**
     * {@return this state without a domain; one that is not there changes nothing}
     *
     * @param domain the domain's record
     */
    public SystemState without(DomainRecord domain) {
        DomainRecord before = domain(domain.qid());
        if (before == null || !before.name().equals(domain.name())) {
            return this;
        }
        return new SystemState(
                labels,
                pools,
                globals,
                unknown,
                put(domain.qid(), null),
                qidByName.with(domain.name(), null),
                qidByUuid.with(domain.uuid(), null),
                Arrays.stream(order).filter(qid -> qid != domain.qid()).toArray(),
                index.replacing(before, null));
    }

    /** Where the domain is in the order, or minus one more than where it would be. */
    private int position(DomainRecord sought) {
        int low = 0;
        int high = order.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            DomainRecord there = domain(order[middle]);
            int compared = there == null ? -1 : ORDER.compare(there, sought);
            if (compared == 0) {
                return middle;
            }
            if (compared < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private @Nullable DomainRecord[][] put(int qid, @Nullable DomainRecord domain) {
        DomainRecord[][] top = Arrays.copyOf(chunks, Math.max(chunks.length, MAX_QID / CHUNK + 1));
        DomainRecord[] old = top[qid / CHUNK];
        DomainRecord[] chunk = old == null ? new DomainRecord[CHUNK] : old.clone();
        chunk[qid % CHUNK] = domain;
        top[qid / CHUNK] = chunk;
        return top;
    }

    private static int[] ordered(List<DomainRecord> domains) {
        return domains.stream().sorted(ORDER).mapToInt(DomainRecord::qid).toArray();
    }
}
