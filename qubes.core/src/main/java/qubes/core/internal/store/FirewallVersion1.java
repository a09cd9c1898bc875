package qubes.core.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.core.error.Repr;
import qubes.core.firewall.Action;
import qubes.core.firewall.DstHost;
import qubes.core.firewall.DstPorts;
import qubes.core.firewall.Expire;
import qubes.core.firewall.Proto;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleOption;
import qubes.core.firewall.SpecialTarget;

/**
 * The first version of a firewall's file: a policy, its exceptions, and switches for DNS and ICMP
 * (spec network.md §7). What cannot be said in rules is an {@link IllegalArgumentException}.
 */
final class FirewallVersion1 {
    /** Attributes of an exception. */
    static final Set<String> RULE =
            Set.of("address", "netmask", "proto", "port", "toport", "expire");

    private static final String WHOLE_ADDRESS = "32";

    private final Action policy;
    private final Action dns;
    private final Action icmp;

    /**
     * @param head attributes of the root element, name to text
     */
    FirewallVersion1(Map<String, String> head) {
        String standard = head.get("policy");
        if (standard == null) {
            throw new IllegalArgumentException("the firewall has no attribute policy");
        }
        policy = action("policy", standard);
        dns = action("dns", head.getOrDefault("dns", standard));
        icmp = action("icmp", head.getOrDefault("icmp", standard));
    }

    /**
     * One exception from the policy.
     *
     * @param attributes of its element, name to text
     */
    Rule rule(Map<String, String> attributes) {
        List<RuleOption> options = new ArrayList<>();
        options.add(policy == Action.ACCEPT ? Action.DROP : Action.ACCEPT);
        String expire = attributes.get("expire");
        if (expire != null) {
            options.add(new Expire(expire));
        }
        String address = attributes.get("address");
        if (address != null) {
            options.add(DstHost.of(address, netmask(attributes)));
        }
        String port = attributes.get("port");
        addProtocol(options, attributes.get("proto"), port);
        addPorts(options, port, attributes.get("toport"));
        return Rule.of(options);
    }

    /** The rules of the whole file, given its exceptions. */
    List<Rule> rules(List<Rule> exceptions) {
        List<Rule> rules = new ArrayList<>();
        rules.add(Rule.of(dns, SpecialTarget.DNS));
        rules.add(Rule.of(icmp, Proto.ICMP));
        rules.addAll(exceptions);
        if (policy == Action.ACCEPT) {
            rules.add(Rule.of(Action.ACCEPT));
        }
        return rules;
    }

    private static void addProtocol(
            List<RuleOption> options, @Nullable String proto, @Nullable String port) {
        if (proto == null ? port != null : !proto.equals("any")) {
            options.add(proto == null ? Proto.TCP : Proto.of(proto));
        }
    }

    private static void addPorts(
            List<RuleOption> options, @Nullable String port, @Nullable String toPort) {
        if (port != null) {
            options.add(DstPorts.of(toPort == null ? port : port + "-" + toPort));
        } else if (toPort != null) {
            throw new IllegalArgumentException("toport needs port");
        }
    }

    private static int netmask(Map<String, String> attributes) {
        String text = attributes.getOrDefault("netmask", WHOLE_ADDRESS);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "netmask is a prefix length, not " + Repr.quote(text), e);
        }
    }

    private static Action action(String attribute, String text) {
        return switch (text) {
            case "allow" -> Action.ACCEPT;
            case "deny" -> Action.DROP;
            default ->
                    throw new IllegalArgumentException(
                            attribute + " is allow or deny, not " + Repr.quote(text));
        };
    }
}
