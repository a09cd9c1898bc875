package qubes.core.firewall;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import qubes.core.error.Repr;

/**
 * One rule of a firewall, immutable; checked as a whole whenever one is made (spec network.md §5).
 * Whatever cannot be a rule is an {@link IllegalArgumentException}.
 *
 * <p>Rules are equal if all their options are. The original compares API texts, by which two rules
 * that expired are equal too: that is {@link #sameAs}.
 *
 * @param options option to its value, in the order of texts; an empty comment counts as none
 */
public record Rule(Map<OptionKey, RuleOption> options) {
    private static final String COMMENT_MARK = OptionKey.COMMENT.wireName() + "=";

    /** What users may call the destination too, whatever its kind. */
    private static final List<String> DESTINATIONS = List.of("dst4", "dst6", "dstname");

    /**
     * @param options the rule's options, in order
     * @throws IllegalArgumentException without an action, with ports but neither tcp nor udp, or
     *     with a message type but not icmp
     */
    public Rule {
        Map<OptionKey, RuleOption> checked = new EnumMap<>(OptionKey.class);
        options.values().forEach(option -> checked.put(option.option(), option));
        checked.values().removeIf(option -> option.equals(new Comment("")));
        require(checked.containsKey(OptionKey.ACTION), "A firewall rule needs an action");
        Proto proto = (Proto) checked.get(OptionKey.PROTO);
        require(
                !checked.containsKey(OptionKey.DSTPORTS)
                        || proto == Proto.TCP
                        || proto == Proto.UDP,
                "A firewall rule with dstports needs proto tcp or udp");
        require(
                !checked.containsKey(OptionKey.ICMPTYPE) || proto == Proto.ICMP,
                "A firewall rule with icmptype needs proto icmp");
        options = Collections.unmodifiableMap(checked);
    }

    /**
     * {@return a rule of some options}
     *
     * @param options the rule's options, in order
     * @throws IllegalArgumentException if two are the same option, or they make no rule
     */
    public static Rule of(RuleOption... options) {
        return of(List.of(options));
    }

    /**
     * {@return a rule of some options}
     *
     * @param options the rule's options, in order
     * @throws IllegalArgumentException if two are the same option, or they make no rule
     */
    public static Rule of(Collection<RuleOption> options) {
        Map<OptionKey, RuleOption> all = new EnumMap<>(OptionKey.class);
        for (RuleOption option : options) {
            require(
                    all.put(option.option(), option) == null,
                    "A firewall rule has one " + option.option().wireName() + ", not two");
        }
        return new Rule(all);
    }

    /**
     * Reads the Admin API's form: options as {@code key=value}, single blanks between them, the
     * comment last.
     *
     * @param line one rule
     * @return the rule
     * @throws IllegalArgumentException if it is anything else
     */
    public static Rule parse(String line) {
        int comment = line.indexOf(COMMENT_MARK);
        String rest = comment < 0 ? line : line.substring(0, comment);
        Map<OptionKey, RuleOption> options = new EnumMap<>(OptionKey.class);
        for (String token : rest.strip().split(" ", -1)) {
            int equals = token.indexOf('=');
            require(equals >= 0, "A firewall rule has key=value, not " + Repr.quote(token));
            OptionKey key = key(token.substring(0, equals));
            require(
                    options.put(key, key.parse(token.substring(equals + 1))) == null,
                    "A firewall rule has one " + key.wireName() + ", not two");
        }
        if (comment >= 0) {
            options.put(
                    OptionKey.COMMENT,
                    new Comment(line.substring(comment + COMMENT_MARK.length())));
        }
        return new Rule(options);
    }

    private static OptionKey key(String name) {
        if (DESTINATIONS.contains(name)) {
            return OptionKey.DSTHOST;
        }
        return OptionKey.find(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "There is no firewall option " + Repr.quote(name)));
    }

    /** {@return what happens to a packet} */
    public Action action() {
        return find(OptionKey.ACTION, Action.class).orElseThrow();
    }

    /** {@return until when the rule holds; absent if for ever} */
    public Optional<Expire> expire() {
        return find(OptionKey.EXPIRE, Expire.class);
    }

    /** {@return where the packet goes; absent if anywhere} */
    public Optional<DstHost> dsthost() {
        return find(OptionKey.DSTHOST, DstHost.class);
    }

    /** {@return the protocol; absent if any} */
    public Optional<Proto> proto() {
        return find(OptionKey.PROTO, Proto.class);
    }

    /** {@return a destination known by its purpose; absent if there is none such} */
    public Optional<SpecialTarget> specialtarget() {
        return find(OptionKey.SPECIALTARGET, SpecialTarget.class);
    }

    /** {@return ports at the destination; absent if any} */
    public Optional<DstPorts> dstports() {
        return find(OptionKey.DSTPORTS, DstPorts.class);
    }

    /** {@return type of ICMP messages; absent if any} */
    public Optional<IcmpType> icmptype() {
        return find(OptionKey.ICMPTYPE, IcmpType.class);
    }

    /** {@return what the user wrote about it; absent rather than empty} */
    public Optional<Comment> comment() {
        return find(OptionKey.COMMENT, Comment.class);
    }

    /**
     * {@return the rule with an option set} Another protocol takes away what it does not have:
     * ports of neither tcp nor udp, a message type of anything but icmp (spec network.md §5.2).
     *
     * @param option takes the place of one with that key
     * @throws IllegalArgumentException if the option does not go with the protocol
     */
    public Rule with(RuleOption option) {
        Map<OptionKey, RuleOption> changed = new EnumMap<>(options);
        changed.put(option.option(), option);
        if (option instanceof Proto proto) {
            changed.remove(proto == Proto.ICMP ? OptionKey.DSTPORTS : OptionKey.ICMPTYPE);
        }
        return new Rule(changed);
    }

    /**
     * {@return the rule without an option; without the protocol it loses ports and message type as
     * well}
     *
     * @param option the key to leave out
     * @throws IllegalArgumentException for the action
     */
    public Rule without(OptionKey option) {
        Map<OptionKey, RuleOption> changed = new EnumMap<>(options);
        changed.remove(option);
        if (option == OptionKey.PROTO) {
            changed.remove(OptionKey.DSTPORTS);
            changed.remove(OptionKey.ICMPTYPE);
        }
        return new Rule(changed);
    }

    /**
     * {@return true if the rule does not hold any more at {@code now}}
     *
     * @param now the time at which rules expire or hold
     */
    public boolean expired(Instant now) {
        return expire().filter(end -> end.passed(now)).isPresent();
    }

    /**
     * {@return the rule in the Admin API's form; absent once it expired}
     *
     * @param now the time at which rules expire or hold
     */
    public Optional<String> apiText(Instant now) {
        return text(now, option -> Optional.of(option.apiText()));
    }

    /**
     * {@return the rule in the form that guests read, from QubesDB; absent once it expired}
     *
     * @param now the time at which rules expire or hold
     */
    public Optional<String> ruleText(Instant now) {
        return text(now, RuleOption::ruleText);
    }

    /**
     * {@return true if both have the same API text at {@code now}, or both have none}
     *
     * @param other another rule
     * @param now the time at which rules expire or hold
     */
    public boolean sameAs(Rule other, Instant now) {
        return apiText(now).equals(other.apiText(now));
    }

    private Optional<String> text(Instant now, Function<RuleOption, Optional<String>> form) {
        if (expired(now)) {
            return Optional.empty();
        }
        return Optional.of(
                options.values().stream()
                        .flatMap(option -> form.apply(option).stream())
                        .collect(Collectors.joining(" ")));
    }

    private <T> Optional<T> find(OptionKey key, Class<T> type) {
        return Optional.ofNullable(options.get(key)).map(type::cast);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
