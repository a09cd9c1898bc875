package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.lib.filter.EscapeFilter;
import com.hubspot.jinjava.lib.fn.MacroFunction;
import com.hubspot.jinjava.objects.SafeString;
import com.hubspot.jinjava.util.ForLoop;
import com.hubspot.jinjava.util.ObjectTruthValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Python's idea of values, where jinjava's is Java's: truth, text, equality, membership. Texts that
 * are XML already are {@link SafeString}.
 */
final class Values {
    private Values() {}

    /** A value of Java as templates have it; what they know nothing of is its text. */
    static Object of(@Nullable Object value) {
        if (value == null) {
            return None.NONE;
        }
        if (value instanceof Optional<?> optional) {
            return of(optional.orElse(null));
        }
        if (value instanceof String
                || value instanceof SafeString
                || value instanceof Boolean
                || value instanceof Number
                || value instanceof List
                || value instanceof Map
                || value instanceof Visible
                || value instanceof MacroFunction
                || value instanceof None
                || value instanceof Undefined) {
            return value;
        }
        if (value instanceof Object[] array) {
            return new ArrayList<>(Arrays.asList(array));
        }
        return value instanceof Collection<?> many ? new ArrayList<>(many) : value.toString();
    }

    /** A defined value of a template as our Java code has it. */
    static @Nullable Object toJava(@Nullable Object value) {
        Object defined = Undefined.refuse(value);
        return defined == None.NONE ? null : defined;
    }

    static boolean truth(@Nullable Object value) {
        Object v = toJava(value);
        if (v instanceof Visible visible) {
            return visible.truth();
        }
        // jinjava takes the text 'False' for false
        return isText(v) ? !String.valueOf(v).isEmpty() : ObjectTruthValue.evaluate(v);
    }

    static boolean isText(@Nullable Object value) {
        return value instanceof String || value instanceof SafeString;
    }

    /** As {@code str()}. */
    static String text(@Nullable Object value) {
        Object v = toJava(value);
        if (v == null) {
            return "None";
        }
        if (v instanceof Boolean b) {
            return b ? "True" : "False";
        }
        if (v instanceof List || v instanceof Map) {
            return quoted(v);
        }
        if (isText(v) || v instanceof Number || v instanceof Visible) {
            return v.toString();
        }
        throw new TemplateException(nameOf(v) + " has no text");
    }

    private static String quoted(@Nullable Object value) {
        if (isText(value)) {
            return "'" + value + "'";
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Values::quoted).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> quoted(entry.getKey()) + ": " + quoted(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return text(value);
    }

    /** As XML: escaped, unless it is XML already. */
    static String xml(@Nullable Object value) {
        if (value instanceof SafeString safe) {
            return safe.getValue();
        }
        // as they are, an XML reader would turn line ends and tabs in an attribute into blanks
        return EscapeFilter.escapeHtmlEntities(text(value))
                .replace("\n", "&#10;")
                .replace("\r", "&#13;")
                .replace("\t", "&#9;");
    }

    /** Texts joined; if any of them is XML, the whole is, and the rest is escaped. */
    static Object concat(List<?> parts) {
        return parts.stream().anyMatch(SafeString.class::isInstance)
                ? new SafeString(parts.stream().map(Values::xml).collect(Collectors.joining()))
                : parts.stream().map(Values::text).collect(Collectors.joining());
    }

    /** What a value is called in a message. */
    static String nameOf(@Nullable Object value) {
        if (value == null || value == None.NONE) {
            return "None";
        }
        if (value instanceof Visible || value instanceof Boolean) {
            return text(value);
        }
        if (isText(value)) {
            return "text";
        }
        if (value instanceof List) {
            return "list";
        }
        if (value instanceof Map) {
            return "dict";
        }
        if (value instanceof ForLoop) {
            return "loop";
        }
        return value instanceof Number ? "number" : "value";
    }

    static boolean same(@Nullable Object left, @Nullable Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Number x && b instanceof Number y) {
            return x.doubleValue() == y.doubleValue();
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return x.size() == y.size() && sameEach(x, y);
        }
        if (isNamed(a) && isNamed(b)) {
            return String.valueOf(a).equals(String.valueOf(b));
        }
        return a == null ? b == null : a.equals(b);
    }

    /** Less than, equal to or more than 0, of two numbers or two texts. */
    static int compare(@Nullable Object left, @Nullable Object right) {
        Object a = number(left);
        Object b = number(right);
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        if (isText(a) && isText(b)) {
            return String.valueOf(a).compareTo(String.valueOf(b));
        }
        throw new TemplateException("cannot compare " + nameOf(left) + " with " + nameOf(right));
    }

    /** The whole number that the value is. */
    static long whole(@Nullable Object value) {
        Object n = number(value);
        if (n instanceof Integer || n instanceof Long) {
            return ((Number) n).longValue();
        }
        throw new TemplateException(nameOf(value) + " is no whole number");
    }

    /** True and False are 1 and 0 where numbers are. */
    private static @Nullable Object number(@Nullable Object value) {
        Object v = toJava(value);
        return v instanceof Boolean b ? (Integer) (b ? 1 : 0) : v;
    }

    /** What shows itself as its name equals its name, as a domain does in the original. */
    private static boolean isNamed(@Nullable Object value) {
        return isText(value) || value instanceof Visible;
    }

    private static boolean sameEach(List<?> left, List<?> right) {
        for (int i = 0; i < left.size(); i++) {
            if (!same(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean contains(@Nullable Object container, @Nullable Object value) {
        Object c = toJava(container);
        Object wanted = Undefined.refuse(value);
        if (c instanceof Visible visible) {
            return wanted != null && visible.contains(wanted);
        }
        if (c instanceof Map<?, ?> map) {
            return map.containsKey(text(wanted));
        }
        return isText(c)
                ? String.valueOf(c).contains(text(wanted))
                : iterate(c).stream().anyMatch(element -> same(element, wanted));
    }

    /** The elements, as {@code for} sees them. */
    static List<?> iterate(@Nullable Object value) {
        Object v = toJava(value);
        if (v instanceof Collection<?> many) {
            return new ArrayList<>(many);
        }
        if (v instanceof Map<?, ?> map) {
            return new ArrayList<>(map.keySet());
        }
        if (v != null && isText(v)) {
            return v.toString().codePoints().mapToObj(Character::toString).toList();
        }
        throw new TemplateException(nameOf(v) + " has no elements to go through");
    }
}
