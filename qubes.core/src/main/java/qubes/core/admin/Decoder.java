package qubes.core.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import qubes.core.error.ProtocolError;
import qubes.core.error.Repr;

/**
 * The one place that looks into what a caller sent (spec admin-protocol §3): text, lists and
 * numbers. What they are names of, or values for, {@link NameDecoder}, {@link ValueDecoder} and
 * {@link DeviceDecoder} know, which see no more of it than this lets through.
 */
public final class Decoder {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private Decoder() {}

    /**
     * {@return ASCII text}
     *
     * @param untrusted what a caller sent
     * @param otherwise makes the error for anything else
     */
    public static String ascii(
            Untrusted untrusted, Supplier<? extends RuntimeException> otherwise) {
        for (byte b : untrusted.bytes()) {
            if (b < 0) {
                throw otherwise.get();
            }
        }
        return text(untrusted);
    }

    /**
     * {@return what {@code known} holds under the text; the text itself is not let through}
     *
     * @param <T> type of what is known
     * @param untrusted what a caller sent
     * @param known finds what is meant by a text; absent if nothing is
     */
    public static <T> Optional<T> known(Untrusted untrusted, Function<String, Optional<T>> known) {
        return known.apply(text(untrusted));
    }

    /**
     * {@return the text as it is but for what cannot be printed, which is escaped: for messages
     * that must say what was asked for}
     *
     * @param untrusted what a caller sent
     */
    public static String shown(Untrusted untrusted) {
        return Repr.printable(text(untrusted));
    }

    /**
     * {@return the text in quotes, as messages show a name of which nothing is known}
     *
     * @param untrusted what a caller sent
     */
    public static String quoted(Untrusted untrusted) {
        return Repr.quote(text(untrusted));
    }

    /**
     * {@return what stands between separators; nothing of nothing}
     *
     * @param untrusted what a caller sent
     * @param separator the character between parts
     */
    public static List<Untrusted> parts(Untrusted untrusted, char separator) {
        byte[] bytes = untrusted.bytes();
        List<Untrusted> parts = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= bytes.length && bytes.length > 0; at++) {
            if (at == bytes.length || bytes[at] == separator) {
                parts.add(Untrusted.copyOf(bytes, from, at));
                from = at + 1;
            }
        }
        return parts;
    }

    /**
     * {@return the lines of ASCII text, as the original tells lines apart; what ends a line is no
     * part of it}
     *
     * @param untrusted what a caller sent
     */
    public static List<Untrusted> lines(Untrusted untrusted) {
        byte[] bytes = untrusted.bytes();
        List<Untrusted> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (endsLine(bytes[at])) {
                lines.add(Untrusted.copyOf(bytes, from, at));
                if (bytes[at] == '\r' && at + 1 < bytes.length && bytes[at + 1] == '\n') {
                    at++;
                }
                from = at + 1;
            }
        }
        if (from < bytes.length) {
            lines.add(Untrusted.copyOf(bytes, from, bytes.length));
        }
        return lines;
    }

    private static boolean endsLine(byte b) {
        return b >= '\n' && b <= '\r' || b >= 0x1c && b <= 0x1e;
    }

    /** An option that a caller gave, nothing of it checked. */
    public record Option(Untrusted key, Untrusted value) {}

    /**
     * {@return {@code key=value}; the value may hold more equal signs}
     *
     * @param untrusted what a caller sent
     * @throws Unanswerable if there is no equal sign
     */
    public static Option option(Untrusted untrusted) {
        return option(untrusted, () -> new Unanswerable("an option without an equal sign"));
    }

    /**
     * {@return as {@link #option(Untrusted)}, with the error to throw if there is no equal sign}
     *
     * @param untrusted what a caller sent
     * @param otherwise makes the error for anything else
     */
    public static Option option(
            Untrusted untrusted, Supplier<? extends RuntimeException> otherwise) {
        byte[] bytes = untrusted.bytes();
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '=') {
                return new Option(
                        Untrusted.copyOf(bytes, 0, at),
                        Untrusted.copyOf(bytes, at + 1, bytes.length));
            }
        }
        throw otherwise.get();
    }

    /**
     * {@return without the blanks around it, for what may have some}
     *
     * @param untrusted what a caller sent
     */
    public static Untrusted trimmed(Untrusted untrusted) {
        byte[] bytes = untrusted.bytes();
        int from = 0;
        int to = bytes.length;
        while (from < to && blank(bytes[from])) {
            from++;
        }
        while (to > from && blank(bytes[to - 1])) {
            to--;
        }
        return Untrusted.copyOf(bytes, from, to);
    }

    private static boolean blank(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    /**
     * {@return a whole number; blanks around it are no part of one (spec admin-protocol §3.3)}
     *
     * @param name what it is, for messages
     * @param untrusted what a caller sent
     * @param negative whether it may be negative
     * @throws ProtocolError if it is none, has more than 19 digits or leading zeros
     */
    public static long number(String name, Untrusted untrusted, boolean negative) {
        String title =
                name.isEmpty()
                        ? name
                        : name.substring(0, 1).toUpperCase(Locale.ROOT)
                                + name.substring(1).toLowerCase(Locale.ROOT);
        String digits = text(untrusted);
        boolean minus = negative && digits.startsWith("-");
        if (minus) {
            digits = digits.substring(1);
        }
        if (!DIGITS.matcher(digits).matches()) {
            throw new ProtocolError(title + " contains non ASCII digits");
        }
        if (digits.length() >= 20) {
            throw new ProtocolError(title + " is bigger than 19 decimal digits");
        }
        if (digits.startsWith("0") && digits.length() > 1) {
            throw new ProtocolError(title + " contains spurious leading zeros");
        }
        try {
            long number = Long.parseLong(digits);
            return minus ? -number : number;
        } catch (NumberFormatException e) {
            throw new ProtocolError(title + " is bigger than " + Long.MAX_VALUE, e);
        }
    }

    /**
     * {@return true or false, in one of the usual spellings and nothing else (spec admin-protocol
     * §3.4)}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it is none
     */
    public static boolean bool(Untrusted untrusted) {
        return switch (text(untrusted).toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "off" -> false;
            case "1", "yes", "true", "on" -> true;
            default -> throw new ProtocolError("Payload is not boolean ASCII");
        };
    }

    /** UTF-8 text. */
    static String utf8(Untrusted untrusted) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(untrusted.bytes()))
                .toString();
    }

    /** Each byte as a character. */
    static String text(Untrusted untrusted) {
        return new String(untrusted.bytes(), StandardCharsets.ISO_8859_1);
    }
}
