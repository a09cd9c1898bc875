package qubes.core.vm;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import qubes.core.error.QubesValueError;
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
    private static final Pattern COLONS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Addresses() {}

    /** Address number {@code id} of a network of two octets; never ends in 0 or 255. */
    static String ipv4(String base, int id) {
        if (id < 255) {
            return base + "." + (id >> 8) + "." + (id & 255);
        }
        int k = id - 1;
        return base + "." + k / 254 + "." + (k % 254 + 1);
    }

    private static Optional<String> parse4(String text) {
        if (!DOTTED.matcher(text).matches()) {
            throw new QubesValueError("Not an IPv4 address: " + text);
        }
        return Optional.of(text);
    }

    private static Optional<String> parse6(String text) {
        if (!COLONS.matcher(text).matches()) {
            throw new QubesValueError("Not an IPv6 address: " + text);
        }
        try {
            InetAddress address = InetAddress.getByName(text);
            if (address instanceof Inet4Address || !(address instanceof Inet6Address)) {
                throw new QubesValueError("Not an IPv6 address: " + text);
            }
            return Optional.of(canonical(address.getAddress()));
        } catch (UnknownHostException e) {
            throw new QubesValueError("Not an IPv6 address: " + text, e);
        }
    }

    /** The shortest form: no leading zeros, the longest run of zero groups as {@code ::}. */
    private static String canonical(byte[] bytes) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int start = -1;
        int length = 1;
        for (int i = 0; i < 8; i++) {
            int run = 0;
            while (i + run < 8 && groups[i + run] == 0) {
                run++;
            }
            if (run > length) {
                start = i;
                length = run;
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
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
