package qubes.core.vm;

import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestState;

/**
 * A domain whose klass no installed bundle provides. It is listed and keeps its record and its
 * place in every chain; typed reads and actions are refused with an error that names what to
 * install; it can be removed.
 */
public final class UnavailableVM extends BaseVM {
    /**
     * Called by the core in place of the klass's factory.
     *
     * @param context what the core lends the object
     */
    public UnavailableVM(DomainContext context) {
        super(context);
    }

    /**
     * Traits of a klass of which nothing is known but that its domains have identity and label.
     *
     * @param klass wire name of the klass
     * @return the traits
     */
    public static KlassTraits traitsOf(String klass) {
        return TRAITS.extend(klass).define();
    }

    @Override
    QubesException undeclared(String property) {
        return notAvailable();
    }

    @Override
    public boolean available() {
        return false;
    }

    /**
     * What the hypervisor says of the guest, which runs on without its klass; not known if there is
     * no hypervisor.
     */
    @Override
    public PowerState powerState() {
        return qubes().guestState(uuid())
                .map(
                        state ->
                                state == GuestState.RUNNING
                                        ? PowerState.RUNNING
                                        : PowerState.valueOf(state.name()))
                .orElse(PowerState.NA);
    }
}
