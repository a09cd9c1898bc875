package qubes.core.firewall;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The rules of a domain, of which the first that fits a packet counts; what none fits is dropped
 * (spec network.md §6).
 *
 * @param rules in order, expired ones included
 */
public record RuleList(List<Rule> rules) {
    /** What happens to a packet that no rule fits. */
    public static final Action POLICY = Action.DROP;

    /** The rules of a domain that has no file of them: all may pass. */
    public static final RuleList DEFAULT = new RuleList(List.of(Rule.of(Action.ACCEPT)));

    /**
     * Copies the list.
     *
     * @param rules the rules, in order
     */
    public RuleList {
        rules = List.copyOf(rules);
    }

    /**
     * {@return the rules that hold at {@code now}}
     *
     * @param now the time at which rules expire or hold
     */
    public RuleList at(Instant now) {
        return new RuleList(rules.stream().filter(rule -> !rule.expired(now)).toList());
    }

    /**
     * {@return when the next rule stops to hold, after {@code now}}
     *
     * @param now the time at which rules expire or hold
     */
    public Optional<Instant> nextExpiry(Instant now) {
        return rules.stream()
                .filter(rule -> !rule.expired(now))
                .flatMap(rule -> rule.expire().stream())
                .map(Expire::instant)
                .min(Instant::compareTo);
    }

    /**
     * {@return the Admin API's form: a line for each rule that holds at {@code now}}
     *
     * @param now the time at which rules expire or hold
     */
    public String apiText(Instant now) {
        return rules.stream()
                .flatMap(rule -> rule.apiText(now).stream())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    /**
     * {@return as {@link #entries(Instant, AddressFamily)}, of both families}
     *
     * @param now the time at which rules expire or hold
     */
    public Map<String, String> entries(Instant now) {
        return entries(now, Optional.empty());
    }

    /**
     * What a network provider's QubesDB is told of the domain's address of that family (spec
     * network.md §8): {@code policy}, and each rule that holds at {@code now} under its number in
     * the whole list, so that numbers may be missing.
     *
     * @param now the time at which rules expire or hold
     * @param family IPv4 or IPv6
     * @return key below the address to value, in order
     */
    public Map<String, String> entries(Instant now, AddressFamily family) {
        return entries(now, Optional.of(family));
    }

    private Map<String, String> entries(Instant now, Optional<AddressFamily> family) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("policy", POLICY.text());
        for (int i = 0; i < rules.size(); i++) {
            String key = String.format(Locale.ROOT, "%04d", i);
            Rule rule = rules.get(i);
            if (family.isEmpty()
                    || rule.dsthost().map(host -> host.kind().reaches(family.get())).orElse(true)) {
                rule.ruleText(now).ifPresent(text -> entries.put(key, text));
            }
        }
        return entries;
    }
}
