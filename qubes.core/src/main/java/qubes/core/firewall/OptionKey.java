package qubes.core.firewall;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The options a rule can have, in the order of its texts (spec network.md §5). */
public enum OptionKey {
    /** What happens to a packet; every rule has it. */
    ACTION(Action::of),
    /** Until when the rule holds. */
    EXPIRE(Expire::new),
    /** Where the packet goes. */
    DSTHOST(DstHost::new),
    /** The packet's protocol. */
    PROTO(Proto::of),
    /** A destination that the guest knows by its purpose. */
    SPECIALTARGET(SpecialTarget::of),
    /** Ports at the destination. */
    DSTPORTS(DstPorts::of),
    /** Type of an ICMP message. */
    ICMPTYPE(IcmpType::of),
    /** What the user wrote about the rule. */
    COMMENT(Comment::new);

    private final Function<String, RuleOption> parser;

    OptionKey(Function<String, RuleOption> parser) {
        this.parser = parser;
    }

    /** {@return the option's name in files and texts} */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the option of that name}
     *
     * @param wireName its name in rules
     */
    public static Optional<OptionKey> find(String wireName) {
        for (OptionKey key : values()) {
            if (key.wireName().equals(wireName)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /**
     * {@return the option with a value}
     *
     * @param text what stands before the equal sign
     * @throws IllegalArgumentException if {@code text} is no value of it
     */
    public RuleOption parse(String text) {
        return parser.apply(text);
    }
}
