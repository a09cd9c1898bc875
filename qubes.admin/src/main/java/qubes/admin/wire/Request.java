package qubes.admin.wire;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import qubes.core.admin.Untrusted;

/**
 * A request taken apart, nothing of it checked yet: {@code METHOD+ARGUMENT SOURCE name DESTINATION
 * NUL PAYLOAD}.
 *
 * @param method as sent; each byte a character
 * @param source designator of the domain that asks
 * @param destination designator of the domain that is asked about
 */
public record Request(
        String method, Untrusted argument, String source, String destination, Untrusted payload) {
    /** A request has at most this many bytes, header and payload together. */
    public static final int MAX_BYTES = 65_536;

    /** The request in the first {@code length} bytes; absent if they are none. */
    public static Optional<Request> parse(byte[] bytes, int length) {
        int end = indexOf((byte) 0, bytes, 0, length);
        int first = indexOf((byte) ' ', bytes, 0, end);
        int second = indexOf((byte) ' ', bytes, first + 1, end);
        int third = indexOf((byte) ' ', bytes, second + 1, end);
        if (end == length || first == end || second == end || third == end) {
            return Optional.empty();
        }
        String kind = text(bytes, second + 1, third);
        String destination = text(bytes, third + 1, end);
        if (kind.equals("keyword") && destination.equals("adminvm")) {
            destination = "dom0";
        } else if (!kind.equals("name")) {
            return Optional.empty();
        }
        int plus = indexOf((byte) '+', bytes, 0, first);
        return Optional.of(
                new Request(
                        text(bytes, 0, plus),
                        Untrusted.copyOf(bytes, Math.min(plus + 1, first), first),
                        text(bytes, first + 1, second),
                        destination,
                        Untrusted.copyOf(bytes, end + 1, length)));
    }

    /** True if the text has characters beyond ASCII. */
    public static boolean beyondAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Where {@code wanted} is first found, {@code to} if it is not. */
    private static int indexOf(byte wanted, byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != wanted) {
            at++;
        }
        return Math.min(at, to);
    }
}
