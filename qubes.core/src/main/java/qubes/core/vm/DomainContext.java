package qubes.core.vm;

import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.event.Event;
import qubes.core.firewall.Firewall;
import qubes.core.hypervisor.GuestListener;
import qubes.core.property.Property;
import qubes.core.state.DomainRecord;

/**
 * What the core lends a live domain object: its record, the way to change it, and its lifecycle
 * lock.
 */
@ProviderType
public interface DomainContext {
    /** {@return the application} */
    Qubes qubes();

    /** {@return the traits of the domain's klass} */
    KlassTraits traits();

    /**
     * {@return the domain's record now; the last one known after the domain was removed} Never
     * blocks.
     */
    DomainRecord record();

    /** {@return true while the domain is part of the system and its klass is installed} */
    boolean live();

    /**
     * Replaces the record, silently; called under the model lock.
     *
     * @param change gives the new record for the old, or does the changes
     */
    void update(UnaryOperator<DomainRecord> change);

    /**
     * Runs a change under the model lock, on the caller's thread. Reentrant; {@code change} does no
     * I/O.
     *
     * @param change gives the new record for the old, or does the changes
     */
    void write(Runnable change);

    /**
     * Hands an event to its handlers, on the caller's thread.
     *
     * @param event what happened, or is about to
     */
    void fire(Event event);

    /**
     * Tells {@code listener} what happens to the domain's guest, for as long as the live object
     * lives.
     *
     * @param listener hears of the guest
     */
    void watch(GuestListener listener);

    /**
     * Runs an operation under the domain's lifecycle lock; waits for the one that runs.
     *
     * @param <T> type of the result
     * @param operation what it is, for messages
     * @param action what to do under the lock
     * @return what {@code action} gave
     * @throws IllegalStateException if the caller holds the model lock
     */
    <T> T exclusively(String operation, Supplier<T> action);

    /**
     * {@return the domain's firewall, the same for all its live objects} Never blocks.
     *
     * @param folder of the domain's own files
     * @throws qubes.core.error.QubesVMNotFoundError if the domain was removed
     */
    Firewall firewall(Path folder);

    /**
     * {@return the domain's notes, the same for all its live objects} Never blocks.
     *
     * @param folder of the domain's own files
     * @throws qubes.core.error.QubesVMNotFoundError if the domain was removed
     */
    Notes notes(Path folder);

    /**
     * {@return what is to be stored for a value of {@code vm}, by the property's own rules} Under
     * the model lock they have only so much time, and their time is counted.
     *
     * @param <T> type of the value
     * @param vm whose value it is to be
     * @param property whose rules these are
     * @param value asked for
     * @throws qubes.core.error.QubesException if it is refused, or the rules fail or take too long
     */
    default <T> T accept(BaseVM vm, Property<T> property, T value) {
        return property.accept(vm, value);
    }

    /**
     * A rule of the klass of {@code vm} failed; for the log. Never blocks.
     *
     * @param vm whose klass it is
     * @param property whose rule it is
     * @param error what it threw
     */
    default void failed(BaseVM vm, Property<?> property, Throwable error) {}
}
