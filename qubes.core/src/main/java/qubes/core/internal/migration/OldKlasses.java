package qubes.core.internal.migration;

import java.util.Optional;
import java.util.Set;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

/** Klasses of release 3. */
final class OldKlasses {
    private static final String NETVM = "NetVM";
    private static final Set<String> NETWORK_KLASSES = Set.of(NETVM, "ProxyVM");
    private static final String PROVIDES = "provides_network";

    private OldKlasses() {}

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
