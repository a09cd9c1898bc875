package qubes.core.internal.system;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import qubes.core.event.Event;
import qubes.core.firewall.Firewall;
import qubes.core.hypervisor.GuestListener;
import qubes.core.internal.store.StoreWriter;
import qubes.core.property.Property;
import qubes.core.state.DomainRecord;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DomainContext;
import qubes.core.vm.KlassTraits;
import qubes.core.vm.Notes;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;

/**
 * What one live object sees of the system. Before the domain is added, and after it was removed,
 * the record is kept here.
 */
final class LiveContext implements DomainContext {
    private final QubesSystem system;
    private final KlassTraits traits;
    private final ReentrantLock lifecycle;
    private final int qid;
    private volatile @Nullable DomainRecord detached;
    private volatile boolean closed;
    private DomainRecord lastKnown; // for the moment between a removal and detach(); a benign race
    private volatile @Nullable GuestListener guestListener;
    private final Gate operations = new Gate(); // of this live object

    /**
     * @param record of a domain that is not part of the system yet, or of one that is
     * @param lifecycle the domain's lifecycle lock, the same for all its live objects, one after
     *     the other
     */
    LiveContext(
            QubesSystem system, KlassTraits traits, DomainRecord record, ReentrantLock lifecycle) {
        this.system = system;
        this.traits = traits;
        this.lifecycle = lifecycle;
        this.qid = record.qid();
        this.detached = record;
        this.lastKnown = record;
    }

    /** From now on the record is the system's. */
    void attach() {
        detached = null;
    }

    /** From now on the record is what it was last. */
    void detach(DomainRecord last) {
        detached = last;
    }

    /** No operation begins any more; those that run still hear what becomes of the guest. */
    void leave() {
        closed = true;
        operations.close();
    }

    /** The live object is done with: its klass left, or the domain was removed. */
    void close() {
        leave();
        guestListener = null;
    }

    @Nullable GuestListener guestListener() {
        return guestListener;
    }

    @Override
    public Qubes qubes() {
        return system;
    }

    @Override
    public KlassTraits traits() {
        return traits;
    }

    @Override
    public DomainRecord record() {
        DomainRecord own = detached;
        if (own != null) {
            return own;
        }
        DomainRecord current = system.state().domain(qid);
        if (current != null) {
            if (lastKnown != current) { // most reads need not pay for a write
                lastKnown = current;
            }
            return current;
        }
        return lastKnown;
    }

    @Override
    public boolean live() {
        return !closed;
    }

    @Override
    public void update(UnaryOperator<DomainRecord> change) {
        DomainRecord changed = change.apply(record());
        StoreWriter.requireStorable(changed);
        if (detached != null) {
            detached = changed;
        } else {
            system.model().update(state -> state.withChanged(changed));
        }
    }

    @Override
    public void write(Runnable change) {
        system.model().write(change);
    }

    @Override
    public void fire(Event event) {
        if (detached == null || closed) {
            system.fire(event);
        } else {
            system.fireInside(event);
        }
    }

    @Override
    public <T> T accept(BaseVM vm, Property<T> property, T value) {
        return QubesVM.TRAITS.properties().declared(property) == property
                ? property.accept(vm, value)
                : system.klassRules().accept(vm, property, value);
    }

    @Override
    public void failed(BaseVM vm, Property<?> property, Throwable error) {
        system.plugins().failed(vm.getClass(), "default of " + property.name(), error);
    }

    @Override
    public void watch(GuestListener listener) {
        guestListener = listener;
    }

    @Override
    public <T> T exclusively(String operation, Supplier<T> action) {
        if (system.model().heldByCaller()) {
            throw new IllegalStateException(
                    operation
                            + " of "
                            + record().name()
                            + " under the model lock: the lifecycle lock comes first");
        }
        lifecycle.lock();
        boolean entered = operations.enter(); // else it is refused by itself, or only cleans up
        try {
            return system.operations().run(action);
        } finally {
            if (entered) {
                operations.exit();
            }
            lifecycle.unlock();
        }
    }

    @Override
    public Firewall firewall(Path folder) {
        return system.files().firewall(record(), wasAdded(), folder);
    }

    @Override
    public Notes notes(Path folder) {
        return system.files().notes(record(), wasAdded(), folder);
    }

    private boolean wasAdded() {
        return detached == null || closed;
    }

    /**
     * Waits until no operation runs; one that runs longer is interrupted.
     *
     * @param deadline until when it may run, in {@link System#nanoTime}
     */
    void awaitIdle(long deadline) {
        operations.drain(record().name() + ", whose klass leaves", deadline);
    }
}
