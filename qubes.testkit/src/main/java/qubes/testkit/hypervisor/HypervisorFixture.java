package qubes.testkit.hypervisor;

import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.Hypervisor;

/** A hypervisor under test and the guests it can run. The kit makes one a test and closes it. */
public interface HypervisorFixture extends AutoCloseable {
    /** {@return the hypervisor, connected} */
    Hypervisor hypervisor();

    /**
     * {@return a guest that this hypervisor can really run; a new description of it at each call}
     *
     * @param name name of the guest
     * @param uuid identity of the guest's domain
     */
    GuestSpec spec(String name, UUID uuid);

    /** {@return what hypervisor and guests can do} */
    Set<HypervisorTrait> traits();

    /**
     * {@return how long a claim waits at most for listeners to be told what happened to a guest}
     */
    default Duration patience() {
        return GuestRecorder.PATIENCE;
    }

    /**
     * Waits until a resumed guest has come so far that it hears a request to shut down; blocks.
     *
     * @param uuid identity of the guest's domain
     * @throws Exception if it cannot be made
     */
    default void awaitBooted(UUID uuid) throws Exception {}

    /**
     * {@return a device description that can be attached; asked for only if {@link
     * HypervisorTrait#ATTACH} is declared}
     *
     * @throws Exception if it cannot be made
     */
    default String deviceXml() throws Exception {
        throw new IllegalStateException("no device is declared");
    }

    @Override
    void close() throws Exception;
}
