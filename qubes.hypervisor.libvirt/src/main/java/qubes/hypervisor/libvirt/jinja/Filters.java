package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Jinja's filters ({@code value|name}) and tests ({@code value is name}), as far as they are here.
 */
final class Filters {
    private Filters() {}

    static @Nullable Object apply(String name, @Nullable Object value, Arguments a) {
        if (name.equals("default") || name.equals("d")) {
            boolean alsoFalse = Python.truth(a.get(1, "boolean", false));
            boolean missing = value instanceof Undefined || (alsoFalse && !Python.truth(value));
            return missing ? a.get(0, "default_value", "") : value;
        }
        Object v = Python.defined(value);
        return switch (name) {
            case "escape", "e" -> new Markup(Markup.of(v));
            case "forceescape" -> new Markup(Markup.escape(Python.text(v)));
            case "safe" -> new Markup(Python.text(v));
            case "string" -> v instanceof Markup ? v : Python.text(v);
            case "lower" -> Python.text(v).toLowerCase(Locale.ROOT);
            case "upper" -> Python.text(v).toUpperCase(Locale.ROOT);
            case "capitalize" -> Methods.capitalize(Python.text(v));
            case "title" -> Methods.title(Python.text(v));
            case "trim" -> Methods.strip(Python.text(v), a, true, true);
            case "replace" -> Python.text(v).replace(a.text(0, "old"), a.text(1, "new"));
            case "format" -> Format.percent(Python.text(v), a.positional());
            case "indent" ->
                    Python.text(v).replace("\n", "\n" + " ".repeat(a.number(0, "width", 4)));
            case "int" -> toInt(v, a.get(0, "default", 0L), a.number(1, "base", 10));
            case "float" -> toFloat(v, a.get(0, "default", 0.0));
            case "abs" -> v instanceof Long l ? (Object) Math.abs(l) : Math.abs(real(v));
            case "round" -> (double) Math.round(real(v));
            case "bool" -> Python.truth(v);
            case "length", "count" ->
                    (long) (v instanceof Map<?, ?> map ? map.size() : Python.iterate(v).size());
            case "first" -> edge(v, true);
            case "last" -> edge(v, false);
            case "list" -> new ArrayList<>(Python.iterate(v));
            case "sort" -> sorted(v, Python.truth(a.get(0, "reverse", false)));
            case "reverse" -> reversed(v);
            case "unique" -> new ArrayList<>(new LinkedHashSet<>(Python.iterate(v)));
            case "join" -> join(v, a);
            case "map" -> map(v, a);
            case "select" -> select(v, a, true);
            case "reject" -> select(v, a, false);
            case "selectattr" -> selectAttribute(v, a, true);
            case "rejectattr" -> selectAttribute(v, a, false);
            case "sum" -> {
                Object sum = 0L;
                for (Object element : Python.iterate(v)) {
                    sum = Python.arithmetic("+", sum, element);
                }
                yield sum;
            }
            case "items" -> v instanceof Map ? call(v, "items") : List.of();
            default -> throw new TemplateException("no filter named '" + name + "'");
        };
    }

    private static @Nullable Object call(Object self, String method) {
        return Methods.find(self, method) instanceof Callable callable
                ? callable.call(Arguments.NONE)
                : null;
    }

    private static @Nullable Object toInt(@Nullable Object v, @Nullable Object fallback, int base) {
        if (v instanceof Long) {
            return v;
        }
        if (v instanceof Boolean b) {
            return b ? 1L : 0L;
        }
        if (v instanceof Double d) {
            return d.longValue();
        }
        try {
            String text = Python.text(v).strip();
            return Long.parseLong(base == 16 ? text.replaceFirst("^0[xX]", "") : text, base);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    private static double real(@Nullable Object v) {
        if (toFloat(v, null) instanceof Double number) {
            return number;
        }
        throw new TemplateException(Python.typeName(v) + " is no number");
    }

    private static @Nullable Object toFloat(@Nullable Object v, @Nullable Object fallback) {
        if (v instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return Double.parseDouble(Python.text(v));
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    private static @Nullable Object edge(@Nullable Object v, boolean first) {
        List<?> list = Python.iterate(v);
        return list.isEmpty()
                ? new Undefined("an empty sequence has no " + (first ? "first" : "last"))
                : list.get(first ? 0 : list.size() - 1);
    }

    private static List<?> sorted(@Nullable Object v, boolean reverse) {
        List<@Nullable Object> sorted = new ArrayList<>(Python.iterate(v));
        sorted.sort(Python::compare);
        if (reverse) {
            Collections.reverse(sorted);
        }
        return sorted;
    }

    private static Object reversed(@Nullable Object v) {
        if (v instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<@Nullable Object> reversed = new ArrayList<>(Python.iterate(v));
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object join(@Nullable Object v, Arguments a) {
        List<@Nullable Object> parts = new ArrayList<>();
        Object attribute = a.get(1, "attribute", null);
        for (Object element : Python.iterate(v)) {
            if (!parts.isEmpty()) {
                parts.add(a.get(0, "d", ""));
            }
            parts.add(
                    attribute == null
                            ? element
                            : Expressions.attribute(element, Python.text(attribute)));
        }
        return Python.concat(parts);
    }

    private static List<?> map(@Nullable Object v, Arguments a) {
        List<@Nullable Object> mapped = new ArrayList<>();
        Object attribute = a.named().get("attribute");
        for (Object element : Python.iterate(v)) {
            mapped.add(
                    attribute == null
                            ? apply(a.text(0, "filter"), element, rest(a, 1))
                            : Expressions.attribute(element, Python.text(attribute)));
        }
        return mapped;
    }

    private static List<?> select(@Nullable Object v, Arguments a, boolean keep) {
        List<@Nullable Object> kept = new ArrayList<>();
        for (Object element : Python.iterate(v)) {
            boolean passes =
                    a.positional().isEmpty()
                            ? Python.truth(element)
                            : test(a.text(0, "test"), element, rest(a, 1));
            if (passes == keep) {
                kept.add(element);
            }
        }
        return kept;
    }

    private static List<?> selectAttribute(@Nullable Object v, Arguments a, boolean keep) {
        List<@Nullable Object> kept = new ArrayList<>();
        for (Object element : Python.iterate(v)) {
            Object value = Expressions.attribute(element, a.text(0, "attribute"));
            boolean passes =
                    a.positional().size() < 2
                            ? Python.truth(value)
                            : test(a.text(1, "test"), value, rest(a, 2));
            if (passes == keep) {
                kept.add(element);
            }
        }
        return kept;
    }

    private static Arguments rest(Arguments a, int from) {
        return new Arguments(
                a.positional()
                        .subList(Math.min(from, a.positional().size()), a.positional().size()),
                Map.of());
    }

    static boolean test(String name, @Nullable Object value, Arguments a) {
        if (name.equals("defined")) {
            return !(value instanceof Undefined);
        }
        if (name.equals("undefined")) {
            return value instanceof Undefined;
        }
        Object v = Python.defined(value);
        return switch (name) {
            case "none" -> v == null;
            case "true" -> Boolean.TRUE.equals(v);
            case "false" -> Boolean.FALSE.equals(v);
            case "boolean" -> v instanceof Boolean;
            case "string" -> v instanceof String || v instanceof Markup;
            case "number" -> v instanceof Number;
            case "integer" -> v instanceof Long;
            case "mapping" -> v instanceof Map;
            case "sequence", "iterable" ->
                    v instanceof List || v instanceof Map || v instanceof String;
            case "callable" -> v instanceof Callable;
            case "odd" -> v instanceof Long l && Math.floorMod(l, 2L) == 1;
            case "even" -> v instanceof Long l && Math.floorMod(l, 2L) == 0;
            case "divisibleby" ->
                    v instanceof Long l && Math.floorMod(l, (long) a.number(0, "num", 1)) == 0;
            case "equalto", "eq" -> Python.equal(v, a.get(0, "other", null));
            case "ne" -> !Python.equal(v, a.get(0, "other", null));
            case "gt", "greaterthan" -> Python.compare(v, a.get(0, "other", null)) > 0;
            case "ge" -> Python.compare(v, a.get(0, "other", null)) >= 0;
            case "lt", "lessthan" -> Python.compare(v, a.get(0, "other", null)) < 0;
            case "le" -> Python.compare(v, a.get(0, "other", null)) <= 0;
            case "in" -> Python.contains(a.get(0, "seq", null), v);
            case "lower" -> Python.text(v).equals(Python.text(v).toLowerCase(Locale.ROOT));
            case "upper" -> Python.text(v).equals(Python.text(v).toUpperCase(Locale.ROOT));
            default -> throw new TemplateException("no test named '" + name + "'");
        };
    }
}
