package qubes.core.firewall;

/**
 * Type of an ICMP message.
 *
 * @param number 0 to 255
 */
public record IcmpType(int number) implements RuleOption {
    private static final int MOST = 255;
    private static final int MOST_DIGITS = 3;

    /**
     * @param number number of the type, or words for it
     * @throws IllegalArgumentException if it is out of range
     */
    public IcmpType {
        OptionText.number(OptionKey.ICMPTYPE, Integer.toString(number), MOST);
    }

    /**
     * {@return the type that up to three digits spell}
     *
     * @param text number of the type, in digits
     * @throws IllegalArgumentException if {@code text} is anything else, or out of range
     */
    public static IcmpType of(String text) {
        if (text.length() > MOST_DIGITS) {
            throw OptionText.refused(
                    OptionKey.ICMPTYPE, text, "it has " + MOST_DIGITS + " digits at most");
        }
        return new IcmpType(OptionText.number(OptionKey.ICMPTYPE, text, MOST));
    }

    @Override
    public OptionKey option() {
        return OptionKey.ICMPTYPE;
    }

    @Override
    public String text() {
        return Integer.toString(number);
    }
}
