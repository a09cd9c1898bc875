package qubes.core.hypervisor;

/** What the hypervisor says of a guest. */
public enum GuestState {
    /** Not known to the hypervisor, or known and not active. */
    HALTED,
    /** Active, its virtual CPUs run or wait for work. */
    RUNNING,
    /** Active, stopped by the hypervisor. */
    PAUSED,
    /** Active, on its way to a shutdown. */
    HALTING,
    /** Shut off, yet still active in the hypervisor's books. */
    DYING,
    /** Active, crashed. */
    CRASHED,
    /** Active, asleep by the guest's own power management. */
    SUSPENDED;

    /** {@return true while the hypervisor holds the guest} */
    public boolean active() {
        return this != HALTED;
    }
}
