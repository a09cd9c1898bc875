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
     * The constant with that text.
     *
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
