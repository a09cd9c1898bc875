package qubes.core.firewall;

/** What happens to a packet. */
public enum Action implements RuleOption {
    /** It passes. */
    ACCEPT,
    /** It does not pass. */
    DROP;

    /**
     * {@return the constant with that text}
     *
     * @param text its name in rules
     * @throws IllegalArgumentException if there is none; case counts
     */
    public static Action of(String text) {
        return OptionText.choice(OptionKey.ACTION, Action.class, text);
    }

    @Override
    public OptionKey option() {
        return OptionKey.ACTION;
    }

    @Override
    public String text() {
        return OptionText.lower(this);
    }
}
