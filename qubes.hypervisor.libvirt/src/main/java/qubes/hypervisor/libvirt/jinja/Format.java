package qubes.hypervisor.libvirt.jinja;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's two ways to put values into a text. */
final class Format {
    private static final Pattern PERCENT = Pattern.compile("%(0?)(\\d*)([sdxXr%])");
    private static final Pattern BRACES =
            Pattern.compile("\\{\\{|\\}\\}|\\{(\\w*)(?::(0?)(\\d*)([sdxX]?))?\\}");

    private Format() {}

    /** {@code "…%02x…" % value}. */
    static String percent(String format, @Nullable Object value) {
        List<?> values = value instanceof List<?> list ? list : java.util.Arrays.asList(value);
        int[] next = {0};
        return PERCENT.matcher(format)
                .replaceAll(
                        found -> {
                            if (found.group(3).equals("%")) {
                                return "%";
                            }
                            if (next[0] >= values.size()) {
                                throw new TemplateException(
                                        "not enough values for '" + format + "'");
                            }
                            Object one = values.get(next[0]++);
                            return Matcher.quoteReplacement(
                                    padded(one, found.group(1), found.group(2), found.group(3)));
                        });
    }

    /** {@code "…{:02x}…".format(value)}. */
    static String braces(String format, Arguments arguments) {
        int[] next = {0};
        return BRACES.matcher(format)
                .replaceAll(
                        found -> {
                            if (found.group().equals("{{") || found.group().equals("}}")) {
                                return found.group().substring(1);
                            }
                            String key = found.group(1);
                            Object value;
                            if (key.isEmpty() || Character.isDigit(key.charAt(0))) {
                                int index = key.isEmpty() ? next[0]++ : Integer.parseInt(key);
                                if (index >= arguments.positional().size()) {
                                    throw new TemplateException(
                                            "not enough values for '" + format + "'");
                                }
                                value = arguments.positional().get(index);
                            } else {
                                if (!arguments.named().containsKey(key)) {
                                    throw new TemplateException("no value named '" + key + "'");
                                }
                                value = arguments.named().get(key);
                            }
                            return Matcher.quoteReplacement(
                                    padded(value, found.group(2), found.group(3), found.group(4)));
                        });
    }

    private static String padded(
            @Nullable Object value,
            @Nullable String zero,
            @Nullable String width,
            @Nullable String type) {
        String body = type == null ? Python.text(value) : body(value, type);
        int wanted =
                width == null || width.isEmpty() ? 0 : Math.min(Integer.parseInt(width), 1_000);
        String pad = "0".equals(zero) ? "0" : " ";
        String missing = pad.repeat(Math.max(0, wanted - body.length()));
        return value instanceof Long ? missing + body : body + missing;
    }

    private static String body(@Nullable Object value, String type) {
        if (!type.equals("x") && !type.equals("X") && !type.equals("d")) {
            return Python.text(value);
        }
        if (!(value instanceof Long number)) {
            throw new TemplateException("a number is needed, not " + Python.typeName(value));
        }
        return switch (type) {
            case "x" -> Long.toHexString(number);
            case "X" -> Long.toHexString(number).toUpperCase(Locale.ROOT);
            default -> Long.toString(number);
        };
    }
}
