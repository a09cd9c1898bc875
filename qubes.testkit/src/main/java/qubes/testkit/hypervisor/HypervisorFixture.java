package qubes.testkit.hypervisor;

import java.util.Set;
import java.util.UUID;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.hypervisor.Hypervisor;

/** A hypervisor under test and the guests it can run. The kit makes one a test and closes it. */
public interface HypervisorFixture extends AutoCloseable {
    /** The hypervisor, connected. */
    Hypervisor hypervisor();

    /** A guest that this hypervisor can really run; a new description of it at each call. */
    GuestSpec spec(String name, UUID uuid);

    /** What hypervisor and guests can do. */
    Set<HypervisorTrait> traits();

    /** Waits until a resumed guest has come so far that it hears a request to shut down; blocks. */
    default void awaitBooted(UUID uuid) throws Exception {}

    /**
     * A device description that can be attached; asked for only if {@link HypervisorTrait#ATTACH}
     * is declared.
     */
    default String deviceXml() throws Exception {
        throw new IllegalStateException("no device is declared");
    }

    @Override
    void close() throws Exception;
}
