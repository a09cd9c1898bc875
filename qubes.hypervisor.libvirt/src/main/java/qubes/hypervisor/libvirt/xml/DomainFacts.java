package qubes.hypervisor.libvirt.xml;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qubes.core.state.AssignmentRecord;

/** What templates may know of a domain, wherever it comes from. Reads never block. */
interface DomainFacts {
    /** How a look-up of features goes on when the domain has none of that name. */
    enum Chain {
        OWN,
        TEMPLATE,
        NETVM,
        ADMINVM,
        TEMPLATE_AND_ADMINVM
    }

    String name();

    /** True if there is a property of that name. */
    boolean hasProperty(String name);

    /** A property's value; null for none. References to domains are {@link DomainFacts}. */
    @Nullable Object property(String name);

    Optional<String> feature(String name, Chain chain);

    /** Devices assigned to the domain. */
    List<AssignmentRecord> assignments();

    /** Another domain of the system. */
    Optional<DomainFacts> domain(String name);

    /** A global property; null for none. */
    @Nullable Object global(String name);

    /** True while the hypervisor holds the guest; always for dom0. */
    boolean running();

    /** True while it is stopped by the hypervisor. */
    boolean paused();

    /** True for dom0. */
    boolean admin();
}
