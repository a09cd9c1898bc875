package qubes.core.hypervisor;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears of guests' changes. Called by one thread at a time, not the hypervisor's own; may block.
 */
@ConsumerType
public interface GuestListener {
    /**
     * The guest is active at the moment the listener is told for the first time of it; the default
     * does nothing.
     *
     * @param guest the guest, as it is now
     */
    default void found(Guest guest) {}

    /**
     * The guest is gone. May be said twice for one stop, and is said after a reconnection for every
     * guest not active.
     *
     * @param guest the guest, as it is now
     */
    void stopped(Guest guest);

    /**
     * The guest was paused, by whomever.
     *
     * @param guest the guest, as it is now
     */
    void paused(Guest guest);

    /**
     * The guest runs on after a pause, by whomever.
     *
     * @param guest the guest, as it is now
     */
    void resumed(Guest guest);
}
