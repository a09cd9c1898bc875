package qubes.core.firewall;

import java.util.Optional;

/**
 * Ports at the destination, both ends included.
 *
 * @param first 0 to 65535
 * @param last 0 to 65535, not below {@code first}
 */
public record DstPorts(int first, int last) implements RuleOption {
    private static final int MOST = 65535;

    /**
     * @param first lowest port
     * @param last highest port
     * @throws IllegalArgumentException if a port is out of range, or the last is below the first
     */
    public DstPorts {
        OptionText.number(OptionKey.DSTPORTS, Integer.toString(first), MOST);
        OptionText.number(OptionKey.DSTPORTS, Integer.toString(last), MOST);
        if (first > last) {
            throw OptionText.refused(
                    OptionKey.DSTPORTS, first + "-" + last, "the lower port comes first");
        }
    }

    /**
     * {@return one port}
     *
     * @param port the only port
     * @throws IllegalArgumentException if it is out of range
     */
    public static DstPorts of(int port) {
        return new DstPorts(port, port);
    }

    /**
     * {@return the ports that {@code n} or {@code n-m} names}
     *
     * @param text a port, or two with a hyphen between
     * @throws IllegalArgumentException if {@code text} is anything else
     */
    public static DstPorts of(String text) {
        int dash = text.indexOf('-');
        String first = dash < 0 ? text : text.substring(0, dash);
        String last = dash < 0 ? text : text.substring(dash + 1);
        return new DstPorts(
                OptionText.number(OptionKey.DSTPORTS, first, MOST),
                OptionText.number(OptionKey.DSTPORTS, last, MOST));
    }

    @Override
    public OptionKey option() {
        return OptionKey.DSTPORTS;
    }

    @Override
    public String text() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    /** Both ends, even of one port. */
    @Override
    public Optional<String> ruleText() {
        return Optional.of(option().wireName() + "=" + first + "-" + last);
    }
}
