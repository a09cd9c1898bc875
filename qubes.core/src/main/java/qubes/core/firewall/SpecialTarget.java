package qubes.core.firewall;

/** A destination that the guest knows by its purpose. */
public enum SpecialTarget implements RuleOption {
    /** The name servers. */
    DNS;

    /**
     * {@return the constant with that text}
     *
     * @param text its name in rules
     * @throws IllegalArgumentException if there is none; case counts
     */
    public static SpecialTarget of(String text) {
        return OptionText.choice(OptionKey.SPECIALTARGET, SpecialTarget.class, text);
    }

    @Override
    public OptionKey option() {
        return OptionKey.SPECIALTARGET;
    }

    @Override
    public String text() {
        return OptionText.lower(this);
    }
}
