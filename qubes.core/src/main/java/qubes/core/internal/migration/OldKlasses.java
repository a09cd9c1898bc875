package qubes.core.internal.migration;

import java.util.Optional;
import java.util.Set;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

/**
 * What klasses mean to the rules here: those of release 3, and how they were connected. The only
 * place of the core that knows klasses by name, because stores of old name them.
 */
final class OldKlasses {
    private static final String NETVM = "NetVM";
    private static final Set<String> NETWORK_KLASSES = Set.of(NETVM, "ProxyVM");
    private static final String PROVIDES = "provides_network";

    /** The klass whose netvm is none by default (spec vm-classes §2.4). */
    private static final String WITHOUT_NETVM = "TemplateVM";

    /** Klasses that have no memory to balance (spec vm-classes §2.4). */
    private static final Set<String> WITHOUT_MEMORY = Set.of(DomainRecord.ADMIN_KLASS, "RemoteVM");

    private OldKlasses() {}

    /** Whether maxmem is a property that the domain's store may have. */
    static boolean hasMemory(DomainRecord domain) {
        return !WITHOUT_MEMORY.contains(domain.klass());
    }

    /** Whether a domain without a netvm of its own gets the system's default one. */
    static boolean followsDefaultNetvm(DomainRecord domain) {
        return !domain.klass().equals(WITHOUT_NETVM);
    }

    /**
     * A ProxyVM is a NetVM that has a netvm, and to be one is to provide network; the store says
     * so, so that it is known while the klass is away too.
     */
    static DomainRecord networkKlasses(DomainRecord domain, SystemState all, Notes notes) {
        DomainRecord now = domain;
        if (!NETWORK_KLASSES.contains(domain.klass())) {
            return now;
        }
        if (!domain.klass().equals(NETVM)) {
            notes.changed(domain.name() + ": Class " + domain.klass() + " became " + NETVM);
            now = now.withKlass(NETVM);
        }
        if (now.property(PROVIDES).isEmpty()) {
            notes.changed(domain.name() + ": Provides network, as its class says");
            now = now.withProperty(PROVIDES, Optional.of(StoredValue.ofText("True")));
        }
        return now;
    }
}
