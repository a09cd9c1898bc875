package qubes.core.admin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import qubes.core.device.AssignmentMode;
import qubes.core.device.DeviceAssignment;
import qubes.core.device.DeviceInterface;
import qubes.core.device.VirtualDevice;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesInvalidLabelError;
import qubes.core.error.QubesInvalidLabelValueError;
import qubes.core.error.QubesInvalidTagError;
import qubes.core.error.QubesUnrecognizedDeviceAssignmentMode;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.firewall.Rule;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;

/** The one place where what a caller sent becomes values (spec admin-protocol §3 and §8). */
public final class Decoder {
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern FEATURE = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_.-]*");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9:_.-]*");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern COLOR_DIGITS = Pattern.compile("[0-9a-fA-F]+");
    private static final Pattern REQUESTED = Pattern.compile("[A-Za-z0-9.,_= -]*");
    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9]*");
    private static final String LETTERS_AND_DIGITS =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String SAFE_SET = LETTERS_AND_DIGITS + "-_.";
    private static final int MOST_NOTES = 256_000;

    private Decoder() {}

    /** ASCII text. */
    public static String ascii(
            Untrusted untrusted, Supplier<? extends RuntimeException> otherwise) {
        for (byte b : untrusted.bytes()) {
            if (b < 0) {
                throw otherwise.get();
            }
        }
        return text(untrusted);
    }

    /** What {@code known} holds under the text; the text itself is not let through. */
    public static <T> Optional<T> known(Untrusted untrusted, Function<String, Optional<T>> known) {
        return known.apply(text(untrusted));
    }

    /**
     * The text as it is but for what cannot be printed, which is escaped: for messages that must
     * say what was asked for.
     */
    public static String shown(Untrusted untrusted) {
        return Repr.printable(text(untrusted));
    }

    /** The text in quotes, as messages show a name of which nothing is known. */
    public static String quoted(Untrusted untrusted) {
        return Repr.quote(text(untrusted));
    }

    /**
     * A name that a domain may have.
     *
     * @throws QubesValueError if it may not
     */
    public static DomainName domainName(Untrusted untrusted) {
        return DomainName.parse(
                ascii(untrusted, () -> new QubesValueError("VM name contains illegal characters")));
    }

    /**
     * The value for a property, checked as far as that can be done without looking at the system.
     *
     * @return the text, for {@link Property#parse}
     * @throws QubesValueError if the property's type has no such value
     */
    public static String propertyValue(
            Property<?> property, PropertyHolder holder, Untrusted untrusted) {
        boolean domain = property.type().refersToDomain();
        String value =
                ascii(
                        untrusted,
                        () ->
                                new QubesValueError(
                                        domain ? "" : "Non-ASCII bytes in property value"));
        if (domain) {
            return value.isEmpty() ? value : DomainName.parse(value).value();
        }
        switch (property.type().name()) {
            case "bool" -> property.type().parse(value);
            case "str", "label", "pool", "name" -> {
                if (!value.chars().allMatch(Decoder::printable)) {
                    throw new QubesValueError("Invalid characters in property value");
                }
            }
            default -> {
                try {
                    property.parse(holder, value);
                } catch (QubesValueError e) {
                    throw new QubesValueError(
                            "Failed to parse property value as " + property.type().name(), e);
                }
            }
        }
        return value;
    }

    /**
     * The name of a feature to set.
     *
     * @throws ProtocolError if it has other characters than letters, digits, {@code _}, {@code .}
     *     and {@code -}
     */
    public static String featureName(Untrusted untrusted) {
        ProtocolError illegal = new ProtocolError("feature name contains illegal characters");
        String name = ascii(untrusted, () -> illegal);
        if (!FEATURE.matcher(name).matches()) {
            throw illegal;
        }
        return name;
    }

    /**
     * The value of a feature.
     *
     * @param feature its name, which is checked only when the value is known to be ASCII
     * @throws ProtocolError if there are characters other than printable ones
     */
    public static String featureValue(Untrusted feature, Untrusted untrusted) {
        String value =
                ascii(
                        untrusted,
                        () -> new ProtocolError("Feature value contains non-ASCII characters"));
        String name = featureName(feature);
        if (!value.chars().allMatch(c -> c >= 0x20 && c <= 0x7e)) {
            throw new ProtocolError(name + " value contains illegal characters");
        }
        return value;
    }

    /**
     * A tag.
     *
     * @throws QubesInvalidTagError if it is empty or has other characters than letters, digits,
     *     {@code _} and {@code -}
     */
    public static String tag(Untrusted untrusted) {
        if (untrusted.isEmpty()) {
            throw new QubesInvalidTagError("tag cannot be empty");
        }
        String tag = text(untrusted);
        if (!TAG.matcher(tag).matches()) {
            throw new QubesInvalidTagError("disallowed characters");
        }
        return tag;
    }

    /**
     * The value of a feature that a qube asks for (spec admin-api §15).
     *
     * @throws Unanswerable if it is not ASCII
     * @throws ProtocolError if there are characters other than letters, digits, {@code -.,_=} and
     *     the blank
     */
    public static String requestedValue(Untrusted untrusted) {
        String value = ascii(untrusted, () -> new Unanswerable("a requested value beyond ASCII"));
        return safe(value, REQUESTED, LETTERS_AND_DIGITS + "-.,_= ");
    }

    /**
     * What a qube says of its tools (spec admin-api §15).
     *
     * @throws ProtocolError if there are characters other than letters and digits
     */
    public static String toolValue(Untrusted untrusted) {
        return safe(text(untrusted), TOOL, LETTERS_AND_DIGITS);
    }

    private static String safe(String value, Pattern pattern, String set) {
        if (!pattern.matcher(value).matches()) {
            throw new ProtocolError("Value outside safe set: " + set);
        }
        return value;
    }

    /**
     * Whether there are updates, from how many; blanks around the number are dropped.
     *
     * @throws ProtocolError if it is no number
     */
    public static boolean anyUpdates(Untrusted untrusted) {
        String count = text(untrusted).strip();
        if (!DIGITS.matcher(count).matches()) {
            throw new ProtocolError("Update count is not a digit");
        }
        return count.chars().anyMatch(digit -> digit != '0');
    }

    /**
     * The name of a backup profile, a file's name without its ending.
     *
     * @throws ProtocolError if it holds a slash
     */
    public static String backupProfile(Untrusted untrusted) {
        String name = text(untrusted);
        if (name.indexOf('/') >= 0) {
            throw new ProtocolError("Backup profile ID must not contain forward slash character");
        }
        return name;
    }

    /**
     * What may be the name of a label.
     *
     * @throws QubesInvalidLabelError if it has other characters than letters, digits, {@code _},
     *     {@code .} and {@code -}
     */
    public static String labelName(Untrusted untrusted) {
        String name = text(untrusted);
        if (name.isEmpty() || !SAFE.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must be in safe set: " + SAFE_SET);
        }
        return name;
    }

    /**
     * The name of a new label, or of one that is meant by name and not by index.
     *
     * @throws QubesInvalidLabelError also if it is a number
     */
    public static String labelNameNoIndex(Untrusted untrusted) {
        String name = labelName(untrusted);
        if (DIGITS.matcher(name).matches()) {
            throw new QubesInvalidLabelError("Label must not be a digit");
        }
        return name;
    }

    /**
     * The colour of a label, {@code 0xRRGGBB}; blanks around it are dropped.
     *
     * @throws QubesInvalidLabelValueError if it is not one
     */
    public static String labelColor(Untrusted untrusted) {
        String color =
                ascii(
                                untrusted,
                                () ->
                                        new QubesInvalidLabelValueError(
                                                "Label value must be encoded in ASCII"))
                        .strip();
        if (color.isEmpty()) {
            throw new QubesInvalidLabelValueError("Label value is not set");
        }
        if (color.length() != 8) {
            throw new QubesInvalidLabelValueError("Label value must have length of 8");
        }
        if (!color.startsWith("0x")) {
            throw new QubesInvalidLabelValueError("Label value must start with: 0x");
        }
        if (!COLOR_DIGITS.matcher(color.substring(2)).matches()) {
            throw new QubesInvalidLabelValueError(
                    "Label value must only contain hexadecimal digits after prefix: 0x");
        }
        return color;
    }

    /** What stands between separators; nothing of nothing. */
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
     * The lines of ASCII text, as the original tells lines apart; what ends a line is no part of
     * it.
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
     * {@code key=value}; the value may hold more equal signs.
     *
     * @throws Unanswerable if there is no equal sign
     */
    public static Option option(Untrusted untrusted) {
        return option(untrusted, () -> new Unanswerable("an option without an equal sign"));
    }

    /** As {@link #option(Untrusted)}, with the error to throw if there is no equal sign. */
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
     * The name of a storage pool to add.
     *
     * @throws ProtocolError if it has other characters than letters, digits, {@code _}, {@code .}
     *     and {@code -}
     */
    public static String poolName(String name) {
        if (!SAFE.matcher(name).matches()) {
            throw new ProtocolError("Pool name must be in safe set: " + SAFE_SET);
        }
        return name;
    }

    /**
     * The token of a volume's copy; blanks around it are dropped.
     *
     * @throws ProtocolError if it is no ASCII
     */
    public static String token(Untrusted untrusted) {
        return ascii(untrusted, () -> new ProtocolError("Token contains non-ASCII characters"))
                .strip();
    }

    /** How an import of data ended: absent if well, else what the importer says went wrong. */
    public static Optional<String> importFailure(Untrusted untrusted) {
        String text = text(untrusted);
        if (text.equals("ok")) {
            return Optional.empty();
        }
        return Optional.of(
                Repr.printable(text.startsWith("fail\n") ? text.substring(5) : text).strip());
    }

    /**
     * The id of a revision; blanks around it are dropped.
     *
     * @throws ProtocolError if it has characters that no revision has
     */
    public static String revision(Untrusted untrusted) {
        ProtocolError illegal = new ProtocolError("Revision contains illegal characters");
        String revision = ascii(untrusted, () -> illegal).strip();
        if (!REVISION.matcher(revision).matches()) {
            throw illegal;
        }
        return revision;
    }

    /** Without the blanks around it, for what may have some. */
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
     * A whole number; blanks around it are no part of one (spec admin-protocol §3.3).
     *
     * @param name what it is, for messages
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
     * True or false, in one of the usual spellings and nothing else (spec admin-protocol §3.4).
     *
     * @throws ProtocolError if it is none
     */
    public static boolean bool(Untrusted untrusted) {
        return switch (text(untrusted).toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "off" -> false;
            case "1", "yes", "true", "on" -> true;
            default -> throw new ProtocolError("Payload is not boolean ASCII");
        };
    }

    /**
     * Notes on a qube: UTF-8, where line feeds and tabs are kept and whatever else is not safe to
     * show becomes {@code _}.
     *
     * @throws ProtocolError if there is too much of it, or it is not UTF-8
     */
    public static String notes(Untrusted untrusted) {
        if (untrusted.size() > MOST_NOTES) {
            throw new ProtocolError(
                    "Maximum note size is %d bytes (%d bytes received)"
                            .formatted(MOST_NOTES, untrusted.size()));
        }
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(untrusted.bytes()))
                            .toString();
            return SafeText.of(text);
        } catch (CharacterCodingException e) {
            throw new ProtocolError("Unable to sanitise qube notes: they are not UTF-8", e);
        }
    }

    /**
     * The rules of a firewall, a line each.
     *
     * @throws ProtocolError if they are not ASCII
     * @throws Unanswerable if a line is no rule
     */
    public static List<Rule> firewallRules(Untrusted untrusted) {
        String text =
                ascii(untrusted, () -> new ProtocolError("Rules contains non-ASCII characters"));
        String lines = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        try {
            return Stream.of(lines.split("\n", -1)).map(Rule::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new Unanswerable("no firewall rules: " + e.getMessage());
        }
    }

    /**
     * Codes of interfaces of devices, one after the other, none of them twice.
     *
     * @throws ProtocolError if they are not ASCII, or one is there twice
     * @throws QubesValueError if the length is not a multiple of seven
     */
    public static List<DeviceInterface> interfaces(Untrusted untrusted) {
        List<DeviceInterface> interfaces =
                DeviceInterface.listOf(
                        ascii(
                                untrusted,
                                () ->
                                        new ProtocolError(
                                                "Interface codes contain non-ASCII characters")));
        Set<DeviceInterface> seen = new HashSet<>();
        for (DeviceInterface code : interfaces) {
            if (!seen.add(code)) {
                throw new ProtocolError(
                        "Each interface code may be given once, and "
                                + Repr.quote(code.code())
                                + " is there twice");
            }
        }
        return interfaces;
    }

    /**
     * A device, as {@code <backend>+<port>+<identity>} (spec devices.md §1.1).
     *
     * @param known whether there is a domain of that name
     * @throws Unanswerable if it has no such form, or there is no such backend
     */
    public static VirtualDevice device(
            Untrusted untrusted, String deviceClass, Predicate<DomainName> known) {
        try {
            return VirtualDevice.parseArgument(text(untrusted), deviceClass, known);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            throw new Unanswerable("no device: " + e.getMessage());
        }
    }

    /**
     * How a device is to be attached; nothing at all means by hand and without options.
     *
     * @param device that the caller named
     * @param known whether there is a domain of that name
     * @throws ProtocolError if it is not of that form or about another device (spec devices.md §2)
     */
    public static DeviceAssignment assignment(
            Untrusted untrusted, VirtualDevice device, Predicate<DomainName> known) {
        return DeviceAssignment.parse(text(untrusted), device, known);
    }

    /**
     * When an assigned device is to be attached.
     *
     * @throws QubesUnrecognizedDeviceAssignmentMode if it is no mode of assignments
     */
    public static AssignmentMode assignmentMode(Untrusted untrusted) {
        return AssignmentMode.find(text(untrusted))
                .filter(AssignmentMode::automatic)
                .orElseThrow(
                        () -> new QubesUnrecognizedDeviceAssignmentMode("Invalid assignment mode"));
    }

    /**
     * A port of some backend, as {@code <backend>+<port>}, to compare others with.
     *
     * @throws Unanswerable if it has no such form
     */
    public static String portKey(Untrusted untrusted) {
        String key = text(untrusted);
        if (key.indexOf('+') < 0) {
            throw new Unanswerable("a port is <backend>+<port>, not " + Repr.quote(key));
        }
        return key;
    }

    static String text(Untrusted untrusted) {
        return new String(untrusted.bytes(), StandardCharsets.ISO_8859_1);
    }

    private static boolean printable(int c) {
        return c >= 0x20 && c <= 0x7e || c >= 0x09 && c <= 0x0d;
    }
}
