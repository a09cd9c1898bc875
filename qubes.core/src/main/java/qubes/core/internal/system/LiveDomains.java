package qubes.core.internal.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.hypervisor.GuestListener;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.vm.AdminVM;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.DomainFactory;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.UnavailableVM;

/**
 * The live objects of the domains, one each; made anew when a klass comes or goes. Reads never
 * block.
 */
final class LiveDomains {
    /**
     * A live object and what it was lent.
     *
     * @param factory whose object it was to be, even if that failed; null for none
     */
    record Live(
            BaseVM vm,
            LiveContext context,
            @Nullable DomainFactory factory,
            Optional<BaseVM> found) {
        Live(BaseVM vm, LiveContext context, @Nullable DomainFactory factory) {
            this(vm, context, factory, Optional.of(vm)); // once, for all who look it up
        }
    }

    private final QubesSystem system;
    private final AtomicReferenceArray<@Nullable Live> byQid =
            new AtomicReferenceArray<>(SystemState.MAX_QID + 1);
    private final Map<UUID, ReentrantLock> locks =
            new ConcurrentHashMap<>(); // uuid to lifecycle lock

    LiveDomains(QubesSystem system) {
        this.system = system;
    }

    Optional<BaseVM> find(@Nullable DomainRecord record) {
        Live live = record == null ? null : byQid.get(record.qid());
        return live == null ? Optional.empty() : live.found();
    }

    /** All, in the order of {@code records}. */
    List<BaseVM> of(List<DomainRecord> records) {
        List<BaseVM> all = new ArrayList<>(records.size());
        for (DomainRecord record : records) {
            Live live = byQid.get(record.qid());
            if (live != null) {
                all.add(live.vm());
            }
        }
        return all;
    }

    /** Who watches the guest with that uuid. */
    Optional<GuestListener> watcher(UUID uuid) {
        DomainRecord record = system.state().domain(uuid);
        Live live = record == null ? null : byQid.get(record.qid());
        return live == null
                ? Optional.empty()
                : Optional.ofNullable(live.context().guestListener());
    }

    /** A live object of a record that is not part of the system yet. */
    Live construct(DomainFactory factory, DomainRecord record) {
        LiveContext context =
                new LiveContext(system, factory.traits(), record, lock(record.uuid()));
        BaseVM made = factory.create(context);
        if (made == null) { // by a bundle that was compiled without the checks of ours
            throw new QubesException(
                    "Klass " + record.klass() + " made no object of " + record.name());
        }
        return new Live(made, context, factory);
    }

    /** Makes a constructed object the domain's. */
    void put(Live live) {
        live.context().attach();
        byQid.set(live.context().record().qid(), live);
    }

    /**
     * Makes the domain's object anew, unless it is the factory's already: of its klass if {@code
     * factory} is there, else a placeholder.
     *
     * @return what the object before was lent, which is closed now; absent if there was none, or it
     *     stays
     */
    Optional<LiveContext> renew(DomainRecord record, @Nullable DomainFactory factory) {
        Live before = byQid.get(record.qid());
        if (before != null && before.factory() == factory && before.context().live()) {
            return Optional.empty();
        }
        Live made = make(record, factory);
        made.context().attach();
        byQid.set(record.qid(), made);
        if (before == null) {
            return Optional.empty();
        }
        before.context().detach(record);
        before.context().close();
        return Optional.of(before.context());
    }

    private Live make(DomainRecord record, @Nullable DomainFactory factory) {
        if (record.klass().equals(DomainRecord.ADMIN_KLASS)) {
            LiveContext context =
                    new LiveContext(system, AdminVM.TRAITS, record, lock(record.uuid()));
            return new Live(new AdminVM(context), context, null);
        }
        if (factory != null) {
            try {
                return construct(factory, record);
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                system.plugins()
                        .failed(factory.getClass(), "create of a domain, which is unavailable", e);
            }
        }
        KlassTraits unknown = UnavailableVM.traitsOf(record.klass());
        LiveContext context = new LiveContext(system, unknown, record, lock(record.uuid()));
        return new Live(new UnavailableVM(context), context, factory);
    }

    /** What the domain's live object was lent. */
    DomainContext context(BaseVM vm) {
        Live found = byQid.get(vm.qid());
        if (found == null || found.vm() != vm) {
            throw new QubesVMNotFoundError(vm.name().value());
        }
        return found.context();
    }

    /** The live object of a domain now, whose klass may have come or gone since {@code vm} was. */
    BaseVM now(BaseVM vm) {
        return find(system.state().domain(vm.uuid())).orElse(vm);
    }

    /**
     * Starts no more operations on these domains, but on those that are {@code factory}'s.
     *
     * @return what their objects were lent, to wait for the operations that run
     */
    List<LiveContext> leave(List<DomainRecord> records, @Nullable DomainFactory factory) {
        List<LiveContext> contexts =
                records.stream()
                        .map(record -> byQid.get(record.qid()))
                        .filter(Objects::nonNull)
                        .filter(live -> live.factory() != factory)
                        .map(Live::context)
                        .toList();
        contexts.forEach(LiveContext::leave);
        return contexts;
    }

    /** The domain is no longer part of the system; its object keeps the last record. */
    void remove(DomainRecord last) {
        Live live = byQid.getAndSet(last.qid(), null);
        locks.remove(last.uuid());
        if (live != null) {
            live.context().detach(last);
            live.context().close();
        }
        system.files().forget(last);
    }

    private ReentrantLock lock(UUID uuid) {
        return locks.computeIfAbsent(uuid, any -> new ReentrantLock());
    }
}
