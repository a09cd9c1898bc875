package qubes.core.vm;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.property.PropertyType;

/** IP addresses: their syntax, and how they follow from a domain's number. */
final class Addresses {
    /** An IPv4 address, or none. */
    static final PropertyType<Optional<String>> IPV4 =
            new PropertyType<>("str", "IPv4Address", Addresses::parse4, value -> value.orElse(""));

    /** An IPv6 address, or none. */
    static final PropertyType<Optional<String>> IPV6 =
            new PropertyType<>("str", "IPv6Address", Addresses::parse6, value -> value.orElse(""));

    private static final String OCTET = "(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])";
    private static final Pattern DOTTED = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
    private static final Pattern EMBEDDED =
            Pattern.compile("(.*:)" + OCTET + "\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
    private static final Pattern COLONS =
            Pattern.compile("[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){0,7}");
    private static final int GROUPS = 8;
    private static final int[] NONE = {};

    private Addresses() {}

    /** Address number {@code id} of a network of two octets; never ends in 0 or 255. */
    static String ipv4(String base, int id) {
        if (id < 255) {
            return base + "." + (id >> 8) + "." + (id & 255);
        }
        int k = id - 1;
        return base + "." + k / 254 + "." + (k % 254 + 1);
    }

    /** A check: an address is reset to have the derived one again, and cannot be none. */
    static void refuseNone(String property, Optional<String> address) {
        if (address.isEmpty()) {
            throw new IllegalArgumentException(
                    property + " needs an address; a reset brings the default back");
        }
    }

    private static Optional<String> parse4(String text) {
        if (!DOTTED.matcher(text).matches()) {
            throw new QubesValueError("Not an IPv4 address: " + Repr.quote(text));
        }
        return Optional.of(text);
    }

    private static Optional<String> parse6(String text) {
        int[] groups = groups(text);
        if (groups.length != GROUPS) {
            throw new QubesValueError("Not an IPv6 address: " + Repr.quote(text));
        }
        return Optional.of(canonical(groups));
    }

    /** The eight groups of an address; none if {@code text} is no address. */
    private static int[] groups(String text) {
        Matcher dotted = EMBEDDED.matcher(text);
        if (dotted.matches()) {
            int high = (Integer.parseInt(dotted.group(2)) << 8) | Integer.parseInt(dotted.group(3));
            int low = (Integer.parseInt(dotted.group(4)) << 8) | Integer.parseInt(dotted.group(5));
            return groups(dotted.group(1) + String.format("%x:%x", high, low));
        }
        String[] halves = text.split("::", -1);
        int[] front = half(halves[0]);
        if (halves.length == 1) {
            return front;
        }
        int[] back = half(halves[1]);
        if (halves.length > 2
                || (front.length == 0 && !halves[0].isEmpty())
                || (back.length == 0 && !halves[1].isEmpty())
                || front.length + back.length >= GROUPS) {
            return NONE;
        }
        int[] all = new int[GROUPS];
        System.arraycopy(front, 0, all, 0, front.length);
        System.arraycopy(back, 0, all, GROUPS - back.length, back.length);
        return all;
    }

    private static int[] half(String text) {
        return COLONS.matcher(text).matches()
                ? Stream.of(text.split(":", -1))
                        .mapToInt(group -> Integer.parseInt(group, 16))
                        .toArray()
                : NONE;
    }

    /** The shortest form: no leading zeros, the longest run of zero groups as {@code ::}. */
    private static String canonical(int[] groups) {
        int start = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && groups[i + run] == 0) {
                run++;
            }
            if (run > length) {
                start = i;
                length = run;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                out.append("::");
                i += length - 1;
            } else {
                if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                    out.append(':');
                }
                out.append(Integer.toHexString(groups[i]));
            }
        }
        return out.toString();
    }
}
