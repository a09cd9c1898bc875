package qubes.core.firewall;

import java.util.regex.Pattern;

/** Tells addresses by their text alone; no name is looked up. */
final class IpText {
    private static final String OCTET = "(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern DOTTED = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");
    private static final int GROUPS = 8;

    private IpText() {}

    /** True of four decimal octets without leading zeros. */
    static boolean isV4(String text) {
        return DOTTED.matcher(text).matches();
    }

    /**
     * True of an IPv6 address as RFC 4291 §2.2 writes them, without a zone: eight groups, or fewer
     * and one {@code ::}; the last two may be an IPv4 address.
     */
    static boolean isV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, true) == GROUPS;
        }
        int before = groups(text.substring(0, gap), false);
        int after = groups(text.substring(gap + 2), true);
        return before >= 0 && after >= 0 && before + after < GROUPS;
    }

    /** How many groups colons separate; negative if one of them is none. */
    private static int groups(String text, boolean mayEndInV4) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            if (GROUP.matcher(parts[i]).matches()) {
                count++;
            } else if (mayEndInV4 && i == parts.length - 1 && isV4(parts[i])) {
                count += 2;
            } else {
                return -1;
            }
        }
        return count;
    }
}
