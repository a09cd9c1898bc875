package qubes.core.property;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import qubes.core.error.QubesPropertyValueError;
import qubes.core.error.QubesValueError;
import qubes.core.error.Repr;
import qubes.core.value.DomainName;

/**
 * How values of a property are read from text and written as text. "None" of an optional type is
 * the empty text.
 *
 * @param <T> the Java type of the values
 */
public final class PropertyType<T> {
    /** Any text. */
    public static final PropertyType<String> STR =
            new PropertyType<>("str", "str", text -> text, text -> text);

    /** Text that may be absent. */
    public static final PropertyType<Optional<String>> OPTIONAL_STR =
            new PropertyType<>("str", "str", PropertyType::optionalText, value -> value.orElse(""));

    /**
     * Text of which a store may hold nothing, which reads as the word {@code None}: the original
     * makes text of whatever it is given. A client's empty text stays empty, see {@link
     * Property.Builder#parsedBy}.
     */
    public static final PropertyType<String> STR_OF_ANY =
            new PropertyType<>("str", "str", PropertyType::textOfAny, text -> text);

    /** Text that is always in lower case, however a store has it. */
    public static final PropertyType<String> STR_OF_LOWER_CASE =
            new PropertyType<>("str", "str", text -> text.toLowerCase(Locale.ROOT), text -> text);

    /**
     * {@code True} or {@code False}; reads the usual spellings in any case. Nothing in a store is
     * false, a client's empty text is refused.
     */
    public static final PropertyType<Boolean> BOOL =
            new PropertyType<>(
                    "bool",
                    "bool",
                    PropertyType::parseBool,
                    value -> value ? "True" : "False",
                    text -> !text.isEmpty() && parseBool(text));

    /**
     * A decimal integer of 32 bits; blanks around it are ignored, and an underscore may stand
     * between digits. For quantities of which no host has more: two milliards of MiB or seconds.
     */
    public static final PropertyType<Integer> INT =
            new PropertyType<>(
                    "int", "int", PropertyType::parseInt, value -> Integer.toString(value));

    /** An integer that may be absent. */
    public static final PropertyType<Optional<Integer>> OPTIONAL_INT =
            new PropertyType<>(
                    "int",
                    "int",
                    text -> Optional.of(parseInt(text)),
                    value -> value.map(i -> Integer.toString(i)).orElse(""));

    /** As {@link #OPTIONAL_INT}, of 64 bits: for points in time, which outgrow 32 bits in 2038. */
    public static final PropertyType<Optional<Long>> OPTIONAL_LONG =
            new PropertyType<>(
                    "int",
                    "int",
                    text -> Optional.of(parseLong(text)),
                    value -> value.map(i -> Long.toString(i)).orElse(""));

    /** The name of a label. */
    public static final PropertyType<String> LABEL =
            new PropertyType<>("label", "label", text -> text, text -> text);

    /** The name of a storage pool. */
    public static final PropertyType<String> POOL =
            new PropertyType<>("str", "pool", text -> text, text -> text);

    /** A reference to a domain. */
    public static final PropertyType<DomainName> DOMAIN =
            new PropertyType<>("vm", "vm", PropertyType::parseDomain, DomainName::value);

    /** A reference to a domain, or none. */
    public static final PropertyType<Optional<DomainName>> OPTIONAL_DOMAIN =
            new PropertyType<>(
                    "vm",
                    "vm",
                    text -> text.isEmpty() ? Optional.empty() : Optional.of(new DomainName(text)),
                    value -> value.map(DomainName::value).orElse(""));

    /** A uuid, canonical and lower-case. */
    public static final PropertyType<UUID> UNIQUE_ID =
            new PropertyType<>("str", "UUID", PropertyType::parseUuid, UUID::toString);

    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+(_[0-9]+)*");
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{32}");

    private final String wireTag;
    private final String name;
    private final Function<String, T> parser;
    private final Function<T, String> writer;
    private final Function<String, T> reader;

    /**
     * A type of one's own.
     *
     * @param wireTag {@code str}, {@code int}, {@code bool}, {@code vm} or {@code label}: what
     *     clients are told
     * @param name for messages
     * @param parser text to value; throws {@link QubesValueError} for what it does not understand
     * @param writer value to text, the inverse of {@code parser}
     */
    public PropertyType(
            String wireTag, String name, Function<String, T> parser, Function<T, String> writer) {
        this(wireTag, name, parser, writer, parser);
    }

    private PropertyType(
            String wireTag,
            String name,
            Function<String, T> parser,
            Function<T, String> writer,
            Function<String, T> reader) {
        this.wireTag = wireTag;
        this.name = name;
        this.parser = parser;
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * {@return what the Admin API calls this type: one of {@code str}, {@code int}, {@code bool},
     * {@code vm}, {@code label}}
     */
    public String wireTag() {
        return wireTag;
    }

    /** {@return what messages call this type} */
    public String name() {
        return name;
    }

    /** {@return which values there are, in words, for documentation} */
    public String allowed() {
        return switch (name) {
            case "bool" -> "True or False";
            case "int" -> "a whole number";
            case "label" -> "the name of a label, or its index";
            case "pool" -> "the name of a pool";
            case "UUID" -> "a uuid";
            case "vm" ->
                    equals(OPTIONAL_DOMAIN) ? "the name of a qube, or none" : "the name of a qube";
            default -> "any text";
        };
    }

    /** {@return true if values refer to a domain} */
    public boolean refersToDomain() {
        return wireTag.equals("vm");
    }

    /**
     * {@return the value that {@code text} stands for}
     *
     * @param text what a user wrote
     * @throws QubesValueError if it stands for none
     */
    public T parse(String text) {
        return parser.apply(text);
    }

    /**
     * {@return the value that the text of a store stands for}
     *
     * @param stored what the store has
     * @throws QubesValueError if it stands for none
     */
    public T read(String stored) {
        return reader.apply(stored);
    }

    /**
     * {@return {@code value} as it is stored and sent}
     *
     * @param value a value of the type
     */
    public String write(T value) {
        return writer.apply(value);
    }

    private static Optional<String> optionalText(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static boolean parseBool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "0", "no", "false", "off" -> false;
            case "1", "yes", "true", "on" -> true;
            default ->
                    throw new QubesValueError(
                            "Invalid literal for boolean property: " + Repr.quote(text));
        };
    }

    private static String textOfAny(String text) {
        return text.isEmpty() ? "None" : text;
    }

    private static int parseInt(String text) {
        long value = parseLong(text);
        if (value != (int) value) {
            throw outOfRange(text, 32);
        }
        return (int) value;
    }

    private static long parseLong(String text) {
        String digits = text.strip();
        if (!INTEGER.matcher(digits).matches()) {
            throw new QubesValueError("Invalid integer: " + Repr.quote(text));
        }
        try {
            return Long.parseLong(digits.replace("_", ""));
        } catch (NumberFormatException e) {
            throw outOfRange(text, 64);
        }
    }

    private static QubesValueError outOfRange(String text, int bits) {
        return new QubesValueError(
                "Integer out of range: " + Repr.quote(text) + " has more than " + bits + " bits");
    }

    private static DomainName parseDomain(String text) {
        if (text.isEmpty()) {
            throw new QubesPropertyValueError("A domain is needed, none was given");
        }
        return new DomainName(text);
    }

    private static UUID parseUuid(String text) {
        String digits = text.replace("urn:", "").replace("uuid:", "").replaceAll("[{}-]", "");
        if (!UUID_TEXT.matcher(digits).matches()) {
            throw new QubesValueError("Not a uuid: " + Repr.quote(text));
        }
        return new UUID(
                Long.parseUnsignedLong(digits, 0, 16, 16),
                Long.parseUnsignedLong(digits, 16, 32, 16));
    }

    @Override
    public String toString() {
        return name;
    }
}
