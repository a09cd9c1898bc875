package qubes.core.firewall;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a packet goes: a network or address of either family, or a host name, which the guest looks
 * up. An address without a prefix length gets that of a single host; with one it stays as written,
 * host bits included (spec network.md §5.1).
 *
 * @param text {@code address/length}, or the name
 */
public record DstHost(String text) implements RuleOption {
    private static final Pattern NAME = Pattern.compile("[a-z0-9._-]*");

    /** Which family a destination is of. */
    public enum Kind {
        /** An IPv4 network. */
        DST4,
        /** An IPv6 network. */
        DST6,
        /** A host name, of either. */
        DSTHOST;

        /**
         * {@return false of the networks of the other family}
         *
         * @param family IPv4 or IPv6
         */
        public boolean reaches(AddressFamily family) {
            return switch (this) {
                case DST4 -> family == AddressFamily.V4;
                case DST6 -> family == AddressFamily.V6;
                case DSTHOST -> true;
            };
        }
    }

    /**
     * @param text an address, a network, or a name of a host
     * @throws IllegalArgumentException if {@code text} is none of the three
     */
    public DstHost {
        text = complete(text, 0);
    }

    /**
     * {@return an address with a prefix length; a name, or an address that has one, is left as it
     * is}
     *
     * @param text an address, a network, or a name of a host
     * @param length 0 for that of a single host
     * @throws IllegalArgumentException if {@code text} is no destination, or the length out of
     *     range
     */
    public static DstHost of(String text, int length) {
        return new DstHost(complete(text, length));
    }

    /** {@return whether it is of one family or a name} */
    public Kind kind() {
        if (text.indexOf('/') < 0) {
            return Kind.DSTHOST;
        }
        return text.indexOf(':') < 0 ? Kind.DST4 : Kind.DST6;
    }

    @Override
    public OptionKey option() {
        return OptionKey.DSTHOST;
    }

    @Override
    public Optional<String> ruleText() {
        return Optional.of(OptionText.lower(kind()) + "=" + text);
    }

    private static String complete(String text, int length) {
        OptionText.requireLegal(OptionKey.DSTHOST, text);
        int slash = text.indexOf('/');
        if (slash >= 0) {
            String address = text.substring(0, slash);
            // refuses a second slash too
            OptionText.number(
                    OptionKey.DSTHOST, text.substring(slash + 1), longestPrefix(address, text));
            return text;
        }
        if (isAddress(text)) {
            int longest = longestPrefix(text, text);
            int asked = length == 0 ? longest : length;
            return text
                    + "/"
                    + OptionText.number(OptionKey.DSTHOST, Integer.toString(asked), longest);
        }
        if (!NAME.matcher(text).matches()) {
            throw OptionText.refused(
                    OptionKey.DSTHOST,
                    text,
                    "it is no address, and a host name has lower-case letters, digits and -._ only");
        }
        return text;
    }

    private static boolean isAddress(String text) {
        return IpText.isV4(text) || IpText.isV6(text);
    }

    private static int longestPrefix(String address, String text) {
        if (!isAddress(address)) {
            throw OptionText.refused(
                    OptionKey.DSTHOST, text, "an IPv4 or IPv6 address is in front of a slash");
        }
        return IpText.isV4(address) ? 32 : 128;
    }
}
