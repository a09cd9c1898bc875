package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What expressions do with values. */
final class Expressions {
    private Expressions() {}

    /** {@code object.name}. */
    static @Nullable Object attribute(@Nullable Object object, String name) {
        Object o = Python.defined(object);
        if (o instanceof Visible visible) {
            return Python.of(visible.attribute(name));
        }
        if (o == null) {
            return Undefined.attribute("None", name);
        }
        Object method = Methods.find(o, name);
        if (method instanceof Undefined && o instanceof Map<?, ?> map && map.containsKey(name)) {
            return Python.of(map.get(name));
        }
        return method;
    }

    /** {@code object[key]}. */
    static @Nullable Object item(@Nullable Object object, @Nullable Object key) {
        Object o = Python.defined(object);
        Object k = Python.defined(key);
        if (o instanceof Visible visible && k != null) {
            return Python.of(visible.item(k));
        }
        if (o instanceof Map<?, ?> map) {
            return map.containsKey(k)
                    ? Python.of(map.get(k))
                    : Undefined.attribute("dict", Python.text(k));
        }
        if (k instanceof Long index) {
            List<?> elements = Python.iterate(o);
            long i = index < 0 ? index + elements.size() : index;
            return i >= 0 && i < elements.size()
                    ? Python.of(elements.get((int) i))
                    : new Undefined("no element " + index + " in " + elements.size());
        }
        return o == null
                ? Undefined.attribute("None", Python.text(k))
                : attribute(o, Python.text(k));
    }

    /** {@code object[from:to]}. */
    static Object slice(@Nullable Object object, @Nullable Object from, @Nullable Object to) {
        Object o = Python.defined(object);
        List<?> elements = Python.iterate(o);
        int start = bound(from, 0, elements.size());
        int end = Math.max(start, bound(to, elements.size(), elements.size()));
        List<?> part = elements.subList(start, end);
        return o instanceof List ? new ArrayList<>(part) : Python.concat(part);
    }

    private static int bound(@Nullable Object given, int fallback, int size) {
        if (Python.defined(given) == null) {
            return fallback;
        }
        if (!(given instanceof Long number)) {
            throw new TemplateException("a slice needs whole numbers");
        }
        long i = number < 0 ? number + size : number;
        return (int) Math.max(0, Math.min(i, size));
    }

    static @Nullable Object call(@Nullable Object function, Arguments arguments) {
        if (Python.defined(function) instanceof Callable callable) {
            return Python.of(callable.call(arguments));
        }
        throw new TemplateException(Python.typeName(function) + " cannot be called");
    }

    static boolean compare(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> Python.equal(left, right);
            case "!=" -> !Python.equal(left, right);
            case "<" -> Python.compare(left, right) < 0;
            case "<=" -> Python.compare(left, right) <= 0;
            case ">" -> Python.compare(left, right) > 0;
            case ">=" -> Python.compare(left, right) >= 0;
            case "in" -> Python.contains(right, left);
            case "not in" -> !Python.contains(right, left);
            default -> throw new TemplateException("unknown comparison " + operator);
        };
    }
}
