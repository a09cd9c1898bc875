package qubes.core.internal.migration;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;
import qubes.core.value.DomainName;

/** Who gives whom the network, as older stores or mistaken hands have it. */
final class OldNetwork {
    private static final String FIREWALL_DEFAULT = "default_fw_netvm";
    private static final String DEFAULT = "default_netvm";
    private static final String NETVM = "netvm";
    private static final String PROVIDES = "provides_network";

    private OldNetwork() {}

    /**
     * The default for those that provide network is gone; where it differed from that of others,
     * they say so themselves.
     */
    static SystemState firewallDefault(SystemState state, Notes notes) {
        StoredValue old = state.globals().get(FIREWALL_DEFAULT);
        if (old == null) {
            return state;
        }
        notes.changed("Property " + FIREWALL_DEFAULT + " was removed");
        SystemState now = state.withGlobal(FIREWALL_DEFAULT, Optional.empty());
        DomainRecord netvm = named(old, state);
        StoredValue today = state.globals().get(DEFAULT);
        if (netvm == null || (today != null && today.text().equals(old.text()))) {
            return now;
        }
        for (DomainRecord domain : now.domains()) {
            if (provides(domain) && domain.property(NETVM).isEmpty()) {
                notes.changed(domain.name() + ": Property netvm became " + netvm.name());
                now =
                        now.withChanged(
                                domain.withProperty(
                                        NETVM,
                                        Optional.of(StoredValue.ofText(netvm.name().value()))));
            }
        }
        return now;
    }

    /** A domain that gets its network from itself, perhaps through others, gets none. */
    static DomainRecord loops(DomainRecord domain, SystemState all, Notes notes) {
        DomainRecord at = netvm(domain, all);
        if (at == null) {
            return domain;
        }
        Set<Integer> seen = new HashSet<>();
        while (at != null && at.qid() != domain.qid() && seen.add(at.qid())) {
            at = netvm(at, all);
        }
        if (at == null || at.qid() != domain.qid()) {
            return domain;
        }
        notes.odd(domain.name() + ": Its netvms lead round in a circle; it gets no netvm");
        return domain.withProperty(NETVM, Optional.of(StoredValue.ofText("")));
    }

    /**
     * Only who provides network can be part of a circle, so the default of others does not count.
     */
    private static @Nullable DomainRecord netvm(DomainRecord domain, SystemState all) {
        Optional<StoredValue> explicit = domain.property(NETVM);
        if (explicit.isPresent()) {
            return named(explicit.get(), all);
        }
        StoredValue byDefault = all.globals().get(DEFAULT);
        return byDefault != null && provides(domain) && OldKlasses.followsDefaultNetvm(domain)
                ? named(byDefault, all)
                : null;
    }

    private static boolean provides(DomainRecord domain) {
        return OldProperties.flag(domain, PROVIDES).orElse(false);
    }

    private static @Nullable DomainRecord named(StoredValue name, SystemState all) {
        return name.text().isEmpty() ? null : all.domain(new DomainName(name.text()));
    }
}
