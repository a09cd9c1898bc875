package qubes.admin.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of a policy in their order, found by service. Immutable; asking never blocks and reads
 * no file.
 */
final class Policy {
    private static final String EVERY = "*";

    private final List<Rule> rules;
    private final Map<String, List<Rule>> byService; // service to its rules and those of all
    private final List<Rule> ofAll;

    Policy(List<Rule> rules) {
        this.rules = List.copyOf(rules);
        Map<String, List<Rule>> index = new HashMap<>();
        List<Rule> every = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.service().equals(EVERY)) {
                every.add(rule);
                index.values().forEach(list -> list.add(rule));
            } else {
                index.computeIfAbsent(rule.service(), service -> new ArrayList<>(every)).add(rule);
            }
        }
        this.byService = index;
        this.ofAll = every;
    }

    /** All rules, in their order. */
    List<Rule> rules() {
        return rules;
    }

    private List<Rule> rules(String service) {
        return byService.getOrDefault(service, ofAll);
    }

    /**
     * The first rule that fits.
     *
     * @param argument with its {@code +}
     */
    Optional<Rule> find(
            String service, String argument, Party source, Party target, SystemInfo system) {
        for (Rule rule : rules(service)) {
            if (rule.covers(service, argument)
                    && source.isMeantBy(rule.source(), source, system)
                    && target.isMeantBy(rule.target(), source, system)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    /** What the policy says to a call of a qube (spec policy.md §3). */
    Decision decide(
            String service, String argument, Party source, Party target, SystemInfo system) {
        if (!argument.startsWith("+")) {
            throw new IllegalArgumentException("an argument begins with +");
        }
        return find(service, argument, source, target, system)
                .map(rule -> apply(rule, service, argument, source, target, system))
                .orElse(new Decision.Deny("no matching rule found", true));
    }

    private Decision apply(
            Rule rule,
            String service,
            String argument,
            Party source,
            Party target,
            SystemInfo system) {
        Choices choices = new Choices(rule, source, system);
        return switch (rule.action()) {
            case DENY -> new Decision.Deny("denied by policy " + rule.where(), rule.told());
            case ALLOW -> choices.allow(rule.redirect().orElse(target.token()));
            case ASK ->
                    choices.ask(
                            rules(service).stream()
                                    .filter(other -> other.covers(service, argument))
                                    .filter(
                                            other ->
                                                    source.isMeantBy(
                                                            other.source(), source, system))
                                    .toList());
        };
    }

    /**
     * What the policy says to a call as it arrives.
     *
     * @throws AccessDenied if it cannot be understood
     */
    Decision decide(ServiceCall call, SystemInfo system) {
        Party source = call.party(system);
        return Party.target(call.target(), system)
                .map(target -> decide(call.service(), call.argument(), source, target, system))
                .orElse(new Decision.Deny("nobody may ask for this target", true));
    }
}
