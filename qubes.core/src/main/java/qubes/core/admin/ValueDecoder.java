package qubes.core.admin;

import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesInvalidLabelValueError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.firewall.Rule;
import qubes.core.property.Property;
import qubes.core.property.PropertyHolder;
import qubes.core.value.DomainName;

/** What a caller sent, as the value or content of something (spec admin-protocol §7 and §8). */
public final class ValueDecoder {
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern COLOR_DIGITS = Pattern.compile("[0-9a-fA-F]+");
    private static final Pattern REQUESTED = Pattern.compile("[A-Za-z0-9.,_= -]*");
    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9]*");
    private static final int MOST_NOTES = 256_000;

    private ValueDecoder() {}

    /**
     * The value for a property, checked as far as that can be done without looking at the system.
     *
     * @param property the property to set
     * @param holder whose property it is
     * @param untrusted what a caller sent
     * @return the text, for {@link Property#parse}
     * @throws QubesValueError if the property's type has no such value
     */
    public static String propertyValue(
            Property<?> property, PropertyHolder holder, Untrusted untrusted) {
        boolean domain = property.type().refersToDomain();
        String value =
                Decoder.ascii(
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
                if (!value.chars().allMatch(ValueDecoder::printable)) {
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
     * {@return the value of a feature}
     *
     * @param feature its name, which is checked only when the value is known to be ASCII
     * @param untrusted what a caller sent
     * @throws ProtocolError if there are characters other than printable ones
     */
    public static String featureValue(Untrusted feature, Untrusted untrusted) {
        String value =
                Decoder.ascii(
                        untrusted,
                        () -> new ProtocolError("Feature value contains non-ASCII characters"));
        String name = NameDecoder.featureName(feature);
        if (!value.chars().allMatch(c -> c >= 0x20 && c <= 0x7e)) {
            throw new ProtocolError(name + " value contains illegal characters");
        }
        return value;
    }

    /**
     * {@return the value of a feature that a qube asks for (spec admin-api §15)}
     *
     * @param untrusted what a caller sent
     * @throws Unanswerable if it is not ASCII
     * @throws ProtocolError if there are characters other than letters, digits, {@code -.,_=} and
     *     the blank
     */
    public static String requestedValue(Untrusted untrusted) {
        String value =
                Decoder.ascii(untrusted, () -> new Unanswerable("a requested value beyond ASCII"));
        return safe(value, REQUESTED, NameDecoder.LETTERS_AND_DIGITS + "-.,_= ");
    }

    /**
     * {@return what a qube says of its tools (spec admin-api §15)}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if there are characters other than letters and digits
     */
    public static String toolValue(Untrusted untrusted) {
        return safe(Decoder.text(untrusted), TOOL, NameDecoder.LETTERS_AND_DIGITS);
    }

    private static String safe(String value, Pattern pattern, String set) {
        if (!pattern.matcher(value).matches()) {
            throw new ProtocolError("Value outside safe set: " + set);
        }
        return value;
    }

    /**
     * {@return whether there are updates, from how many; blanks around the number are dropped}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if it is no number
     */
    public static boolean anyUpdates(Untrusted untrusted) {
        String count = Decoder.text(untrusted).strip();
        if (!DIGITS.matcher(count).matches()) {
            throw new ProtocolError("Update count is not a digit");
        }
        return count.chars().anyMatch(digit -> digit != '0');
    }

    /**
     * {@return the colour of a label, {@code 0xRRGGBB}; blanks around it are dropped}
     *
     * @param untrusted what a caller sent
     * @throws QubesInvalidLabelValueError if it is not one
     */
    public static String labelColor(Untrusted untrusted) {
        if (untrusted.isEmpty()) {
            throw new QubesInvalidLabelValueError("Label value is not set");
        }
        String color =
                Decoder.ascii(
                                untrusted,
                                () ->
                                        new QubesInvalidLabelValueError(
                                                "Label value must be encoded in ASCII"))
                        .strip();
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

    /**
     * {@return how an import of data ended: absent if well, else what the importer says went wrong}
     *
     * @param untrusted what a caller sent
     */
    public static Optional<String> importFailure(Untrusted untrusted) {
        String text = Decoder.text(untrusted);
        if (text.equals("ok")) {
            return Optional.empty();
        }
        return Optional.of(
                Repr.printable(text.startsWith("fail\n") ? text.substring(5) : text).strip());
    }

    /**
     * Notes on a qube: UTF-8, where line feeds and tabs are kept and whatever else is not safe to
     * show becomes {@code _}.
     *
     * @param untrusted what a caller sent
     * @return the text as it may be shown and stored
     * @throws ProtocolError if there is too much of it, or it is not UTF-8
     */
    public static String notes(Untrusted untrusted) {
        if (untrusted.size() > MOST_NOTES) {
            throw new ProtocolError(
                    "Maximum note size is %d bytes (%d bytes received)"
                            .formatted(MOST_NOTES, untrusted.size()));
        }
        try {
            return SafeText.of(Decoder.utf8(untrusted));
        } catch (CharacterCodingException e) {
            throw new ProtocolError("Unable to sanitise qube notes: they are not UTF-8", e);
        }
    }

    /**
     * {@return the rules of a firewall, a line each}
     *
     * @param untrusted what a caller sent
     * @throws ProtocolError if they are not ASCII
     * @throws Unanswerable if a line is no rule
     */
    public static List<Rule> firewallRules(Untrusted untrusted) {
        String text =
                Decoder.ascii(
                        untrusted, () -> new ProtocolError("Rules contains non-ASCII characters"));
        String lines = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        try {
            return Stream.of(lines.split("\n", -1)).map(Rule::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new Unanswerable("no firewall rules: " + e.getMessage());
        }
    }

    private static boolean printable(int c) {
        return c >= 0x20 && c <= 0x7e || c >= 0x09 && c <= 0x0d;
    }
}
