package qubes.core.device;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import qubes.core.error.ProtocolError;
import qubes.core.error.Repr;

/** Properties as {@code key='value'}, joined by single blanks (spec devices.md §2). */
final class PropertyText {
    private static final String OPTION_PREFIX = "_";
    private static final String NO_KEY_CHARS = " \"'=`";

    private PropertyText() {}

    /**
     * One property as text.
     *
     * @throws ProtocolError if the key or the value has characters that clients do not read
     */
    static String item(String key, String value) {
        refuseOthers("property name", key, PropertyText::inKeys);
        refuseOthers("property value", value, PropertyText::inValues);
        return key + "='" + value.replace("'", "\\'") + "'";
    }

    /**
     * The properties of a text, in its order; of two with one key the last.
     *
     * @throws ProtocolError if the text is not of that form or has characters other than those
     */
    static Map<String, String> parse(String text) {
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
            throw new ProtocolError("Device properties are ASCII, not " + Repr.quote(text));
        }
        Map<String, String> properties = new LinkedHashMap<>();
        String rest = text.strip();
        while (!rest.isEmpty()) {
            int equals = rest.indexOf("='");
            if (equals < 0) {
                throw new ProtocolError(
                        "Device properties are key='value', not " + Repr.quote(rest));
            }
            String key = rest.substring(0, equals).strip();
            refuseOthers("property name", key, PropertyText::inKeys);
            rest = rest.substring(equals + 2);
            int end = endOfValue(rest);
            String value = rest.substring(0, end < 0 ? Math.max(0, rest.length() - 1) : end);
            if (value.contains("='")) {
                throw new ProtocolError(
                        "There is no blank between device properties in " + Repr.quote(value));
            }
            value = value.replace("\\'", "'");
            refuseOthers("property value", value, PropertyText::inValues);
            properties.put(key, value);
            rest = end < 0 ? "" : rest.substring(end + 2);
        }
        return properties;
    }

    /** Takes the properties whose names begin with {@code _} out of others; without the prefix. */
    static Map<String, String> takeOptions(Map<String, String> properties) {
        Map<String, String> options = new LinkedHashMap<>();
        properties.forEach(
                (key, value) -> {
                    if (key.startsWith(OPTION_PREFIX)) {
                        options.put(key.substring(OPTION_PREFIX.length()), value);
                    }
                });
        properties.keySet().removeIf(key -> key.startsWith(OPTION_PREFIX));
        return options;
    }

    /** The properties whose names {@link #takeOptions} knows by their prefix. */
    static List<String> options(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> item(OPTION_PREFIX + option.getKey(), option.getValue()))
                .toList();
    }

    /**
     * Where the value ends that {@code text} begins with: at the last quote before the next key; -1
     * if it is the last value. An equals sign at the end of the value begins no key, so the one
     * after it may; more of them before a blank are a mistake, which is for the caller to find.
     */
    private static int endOfValue(String text) {
        int next = text.indexOf("='");
        int end = next < 0 ? -1 : text.lastIndexOf("' ", next - 1);
        if (next >= 0 && end < 0) {
            next = text.indexOf("='", next + 1);
            end = next < 0 ? -1 : text.lastIndexOf("' ", next - 1);
        }
        return end;
    }

    private static boolean inKeys(int c) {
        return inValues(c) && NO_KEY_CHARS.indexOf(c) < 0;
    }

    private static boolean inValues(int c) {
        return c >= ' ' && c <= '~';
    }

    private static void refuseOthers(String what, String text, IntPredicate allowed) {
        if (!text.codePoints().allMatch(allowed)) {
            TreeSet<String> others =
                    text.codePoints()
                            .filter(allowed.negate())
                            .mapToObj(Character::toString)
                            .collect(Collectors.toCollection(TreeSet::new));
            throw new ProtocolError(
                    "Invalid chars in "
                            + what
                            + ": "
                            + others.stream()
                                    .map(Repr::quote)
                                    .collect(Collectors.joining(", ", "{", "}")));
        }
    }
}
