package qubes.core.firewall;

/** The protocol of a packet. */
public enum Proto implements RuleOption {
    /** Has ports. */
    TCP,
    /** Has ports. */
    UDP,
    /** Has types. */
    ICMP;

    /**
     * {@return the constant with that text}
     *
     * @param text its name in rules
     * @throws IllegalArgumentException if there is none; case counts
     */
    public static Proto of(String text) {
        return OptionText.choice(OptionKey.PROTO, Proto.class, text);
    }

    @Override
    public OptionKey option() {
        return OptionKey.PROTO;
    }

    @Override
    public String text() {
        return OptionText.lower(this);
    }
}
