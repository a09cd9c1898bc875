package qubes.core.vm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.Event;
import qubes.core.event.EventListener;
import qubes.core.event.EventPattern;
import qubes.core.hypervisor.GuestState;
import qubes.core.hypervisor.Hypervisor;
import qubes.core.plugin.Plugins;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.state.DomainRecord;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/**
 * The application: all domains, labels and pools, and the global properties ({@link Globals}). An
 * OSGi service that is there once the store is loaded.
 *
 * <p>Reads never block and see the current state. Writes are short, run on the caller's thread
 * under the model lock, and are durable once {@link #awaitDurable} returns.
 */
@ProviderType
public interface Qubes extends PropertyHolder {
    /** {@return the current state; immutable, never blocks} */
    SystemState state();

    /**
     * {@return the text of a store that holds {@code state}, as a save would write it (spec
     * qubes-xml §1); what nobody here understands is in it too} Never blocks.
     *
     * @param state a snapshot, of now or of before
     * @throws qubes.core.error.QubesException if a store cannot hold a text of it, or not so many
     */
    String xml(SystemState state);

    /**
     * {@return the text of the element of one domain in such a store, without the indentation of
     * its first line} Never blocks.
     *
     * @param domain the record, or what the new domain is to be
     * @throws qubes.core.error.QubesException if a store cannot hold a text of it
     */
    String xml(DomainRecord domain);

    /** {@return all domains: dom0, then by name} */
    List<BaseVM> domains();

    /**
     * {@return the domain of that name}
     *
     * @param name name of the domain
     */
    Optional<BaseVM> find(DomainName name);

    /**
     * {@return the domain with that uuid}
     *
     * @param uuid identity of the domain
     */
    Optional<BaseVM> find(UUID uuid);

    /**
     * {@return the domain with that qid}
     *
     * @param qid number inside this system
     */
    Optional<BaseVM> find(int qid);

    /**
     * {@return the domain of that name}
     *
     * @param name name of the domain
     * @throws QubesVMNotFoundError if there is none
     */
    default BaseVM domain(DomainName name) {
        return find(name).orElseThrow(() -> new QubesVMNotFoundError(name.value()));
    }

    /**
     * {@return the domains that have a property of that name and leave it at its default, whatever
     * the default is: those whom a change of a global default concerns} Never blocks.
     *
     * @param property the property, by any declaration of its name
     */
    default List<BaseVM> atDefault(Property<?> property) {
        return domains().stream()
                .filter(
                        vm ->
                                vm.properties()
                                        .find(property.name())
                                        .filter(vm::isDefault)
                                        .isPresent())
                .toList();
    }

    /** {@return dom0} */
    AdminVM admin();

    /**
     * {@return wire names of the klasses whose bundles are here now, in alphabetical order} A klass
     * is told once its domains are available, and no longer from the moment its bundle stops.
     */
    Set<String> klasses();

    /**
     * {@return what a klass declares, dom0's included; absent if no bundle provides it now}
     *
     * @param klass wire name of the klass
     */
    Optional<KlassTraits> traits(String klass);

    /**
     * Adds a domain in memory; its volumes are made by {@link QubesVM#createOnDisk}.
     *
     * @param domain what it is to be
     * @return the domain, without volumes
     * @throws qubes.core.error.QubesException if the klass, name, template or a property is
     *     refused; nothing is added then
     */
    BaseVM create(NewDomain domain);

    /**
     * Removes a halted domain that nothing refers to, and its volumes. Blocks.
     *
     * @param vm a halted domain that nobody uses
     * @throws qubes.core.error.QubesException if it is not halted, in use, or a handler refuses;
     *     nothing is removed then
     */
    void remove(BaseVM vm);

    /** {@return the labels} */
    Labels labels();

    /** {@return the storage pools} */
    Pools pools();

    /** {@return the classes of devices whose bundles are here now} */
    DeviceClasses deviceClasses();

    /**
     * {@return the hypervisor, for operations that need one} Never blocks.
     *
     * @throws qubes.core.error.QubesException if no bundle provides one now
     */
    Hypervisor hypervisor();

    /** {@return the hypervisor, for reads: absent if no bundle provides one now} Never blocks. */
    Optional<Hypervisor> findHypervisor();

    /**
     * {@return what the hypervisor last said of a guest, also while its bundle is away; absent if
     * none ever said anything} Never blocks.
     *
     * @param uuid identity of the domain
     */
    Optional<GuestState> guestState(UUID uuid);

    /**
     * {@return the folder under which domains keep their own files; {@code /var/lib/qubes} on Qubes
     * OS}
     */
    Path baseDirectory();

    /**
     * Tells {@code listener} of every event of every domain and of the application, once its effect
     * on the store is durable, in order, until the result is closed. The listener must not block.
     *
     * @param listener is told by one thread at a time
     * @return ends it
     */
    AutoCloseable listen(EventListener listener);

    /**
     * Adds a handler for the events of one subject, a domain or the application, until the result
     * is closed; closing it again does nothing. It runs inside the operation, on its thread: before
     * all class handlers of a pre-event, which it may refuse, and after those of any other event
     * (spec events.md §1). What it throws as an error that clients know reaches them, and the
     * handlers after it do not run; any other stays in the log, or refuses a pre-event. It ends
     * with the domain.
     *
     * @param <E> type of the events
     * @param subject a domain, or the application
     * @param pattern which events
     * @param handler runs as part of the change, or of the operation
     * @return ends it
     * @throws QubesVMNotFoundError if the domain is not part of the system
     */
    <E extends Event> AutoCloseable handle(
            PropertyHolder subject, EventPattern<E> pattern, Consumer<? super E> handler);

    /**
     * Waits until every change made so far by the calling thread is in the store. Blocks on I/O;
     * must not be called under the model lock.
     *
     * @throws qubes.core.error.QubesException if the store cannot be written; the change is kept
     *     and written later
     */
    void awaitDurable();

    /** {@return what of the changes is on disk} Never blocks. */
    StoreStatus storeStatus();

    /**
     * Runs what takes long; the only source of threads.
     *
     * @return the pool of threads
     */
    ExecutorService executor();

    /** {@return the account of what goes wrong in plugins} Never blocks. */
    Plugins plugins();
}
