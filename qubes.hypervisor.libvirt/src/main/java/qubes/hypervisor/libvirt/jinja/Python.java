package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Python's idea of values. None is null, int is {@link Long}, float is {@link Double}, list and
 * tuple are {@link List}, dict is {@link Map}; our own objects are {@link Visible}.
 */
final class Python {
    private Python() {}

    /** A value of Java as a template has it. */
    static @Nullable Object of(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return of(optional.orElse(null));
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value == null
                || value instanceof String
                || value instanceof Markup
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Double
                || value instanceof List
                || value instanceof Map
                || value instanceof Visible
                || value instanceof Callable
                || value instanceof Undefined) {
            return value;
        }
        return value instanceof Collection<?> many ? new ArrayList<>(many) : value.toString();
    }

    /** The value, which must be one. */
    static @Nullable Object defined(@Nullable Object value) {
        if (value instanceof Undefined undefined) {
            throw new TemplateException(undefined.why());
        }
        return value;
    }

    static boolean truth(@Nullable Object value) {
        Object v = defined(value);
        if (v == null) {
            return false;
        }
        if (v instanceof Boolean b) {
            return b;
        }
        if (v instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (v instanceof String || v instanceof Markup) {
            return !v.toString().isEmpty();
        }
        if (v instanceof Collection<?> collection) {
            return !collection.isEmpty();
        }
        if (v instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return !(v instanceof Visible visible) || visible.truth();
    }

    /** As {@code str()}. */
    static String text(@Nullable Object value) {
        Object v = defined(value);
        if (v == null) {
            return "None";
        }
        if (v instanceof Boolean b) {
            return b ? "True" : "False";
        }
        if (v instanceof List<?> || v instanceof Map<?, ?>) {
            return repr(v);
        }
        return v.toString();
    }

    private static String repr(@Nullable Object value) {
        if (value instanceof String || value instanceof Markup) {
            return "'" + value + "'";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Python::repr).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> repr(entry.getKey()) + ": " + repr(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return text(value);
    }

    static String typeName(@Nullable Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof String || value instanceof Markup) {
            return "text";
        }
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof List) {
            return "list";
        }
        return value instanceof Map ? "dict" : value.toString();
    }

    static boolean equal(@Nullable Object left, @Nullable Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Number x && b instanceof Number y) {
            return x instanceof Long && y instanceof Long
                    ? x.longValue() == y.longValue()
                    : x.doubleValue() == y.doubleValue();
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return x.size() == y.size() && compareEach(x, y);
        }
        // what shows itself as its name equals its name, as a domain does in the original
        if (isText(a) || isText(b)) {
            return a != null && b != null && a.toString().equals(b.toString());
        }
        return a == null ? b == null : a.equals(b);
    }

    private static boolean compareEach(List<?> left, List<?> right) {
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isText(@Nullable Object value) {
        return value instanceof String || value instanceof Markup;
    }

    /** True and False are 1 and 0 where numbers are wanted. */
    private static @Nullable Object number(@Nullable Object value) {
        Object v = defined(value);
        return v instanceof Boolean b ? (Object) (b ? 1L : 0L) : v;
    }

    static int compare(@Nullable Object left, @Nullable Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (a != null && b != null && isText(a) && isText(b)) {
            return a.toString().compareTo(b.toString());
        }
        throw new TemplateException("cannot compare " + typeName(a) + " with " + typeName(b));
    }

    static boolean contains(@Nullable Object container, @Nullable Object value) {
        Object c = defined(container);
        Object wanted = defined(value);
        if (c instanceof Visible visible) {
            return wanted != null && visible.contains(wanted);
        }
        if (c instanceof Map<?, ?> map) {
            return map.containsKey(wanted);
        }
        if (c instanceof String || c instanceof Markup) {
            return c.toString().contains(text(wanted));
        }
        for (Object element : iterate(c)) {
            if (equal(element, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** The elements, as {@code for} sees them. */
    static List<?> iterate(@Nullable Object value) {
        Object v = defined(value);
        if (v instanceof List<?> list) {
            return list;
        }
        if (v instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (v instanceof String || v instanceof Markup) {
            return v.toString().codePoints().mapToObj(Character::toString).toList();
        }
        throw new TemplateException(typeName(v) + " has no elements to go through");
    }

    static Object arithmetic(String operator, @Nullable Object left, @Nullable Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Long x && b instanceof Long y && !operator.equals("/")) {
            return whole(operator, x, y);
        }
        if (a instanceof Number x && b instanceof Number y) {
            return real(operator, x.doubleValue(), y.doubleValue());
        }
        if (operator.equals("+") && a != null && b != null && isText(a) && isText(b)) {
            return concat(List.of(a, b));
        }
        if (operator.equals("+") && a instanceof List<?> x && b instanceof List<?> y) {
            List<@Nullable Object> joined = new ArrayList<>(x);
            joined.addAll(y);
            return joined;
        }
        if (operator.equals("%") && a != null && isText(a)) {
            return Format.percent(a.toString(), b);
        }
        if (operator.equals("*") && a != null && isText(a) && b instanceof Long times) {
            return a.toString().repeat((int) Math.max(0, Math.min(times, 10_000)));
        }
        throw new TemplateException(
                "'" + operator + "' does not work on " + typeName(a) + " and " + typeName(b));
    }

    private static Object whole(String operator, long a, long b) {
        if (b == 0 && (operator.equals("//") || operator.equals("%"))) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, b);
            case "%" -> Math.floorMod(a, b);
            case "**" -> (long) Math.pow(a, b);
            default -> throw new TemplateException("unknown operator " + operator);
        };
    }

    private static Object real(String operator, double a, double b) {
        if (b == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new TemplateException("division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - b * Math.floor(a / b);
            case "**" -> Math.pow(a, b);
            default -> throw new TemplateException("unknown operator " + operator);
        };
    }

    /** Texts joined; XML stays XML and the rest is escaped if any of them is XML. */
    static Object concat(List<?> parts) {
        boolean xml = parts.stream().anyMatch(part -> part instanceof Markup);
        String joined =
                parts.stream()
                        .map(part -> xml ? Markup.of(part) : text(part))
                        .collect(Collectors.joining());
        return xml ? new Markup(joined) : joined;
    }
}
