package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts, lists and dicts, as far as templates of domain XML want them. */
final class Methods {
    private Methods() {}

    /** The method, or {@link Undefined}. */
    static Object find(Object self, String name) {
        Callable method = null;
        if (self instanceof String || self instanceof Markup) {
            method = ofText(self.toString(), name);
        } else if (self instanceof List<?> list) {
            method = ofList(list, name);
        } else if (self instanceof Map<?, ?> map) {
            method = ofDict(map, name);
        }
        return method == null ? Undefined.attribute(Python.typeName(self), name) : method;
    }

    private static @Nullable Callable ofText(String s, String name) {
        return switch (name) {
            case "lower" -> a -> s.toLowerCase(Locale.ROOT);
            case "upper" -> a -> s.toUpperCase(Locale.ROOT);
            case "capitalize" -> a -> capitalize(s);
            case "title" -> a -> title(s);
            case "strip" -> a -> strip(s, a, true, true);
            case "lstrip" -> a -> strip(s, a, true, false);
            case "rstrip" -> a -> strip(s, a, false, true);
            case "startswith" -> a -> anyOf(a, s::startsWith);
            case "endswith" -> a -> anyOf(a, s::endsWith);
            case "removeprefix" ->
                    a ->
                            s.startsWith(a.text(0, "prefix"))
                                    ? s.substring(a.text(0, "prefix").length())
                                    : s;
            case "removesuffix" ->
                    a ->
                            s.endsWith(a.text(0, "suffix"))
                                    ? s.substring(0, s.length() - a.text(0, "suffix").length())
                                    : s;
            case "replace" -> a -> s.replace(a.text(0, "old"), a.text(1, "new"));
            case "split" -> a -> split(s, a);
            case "splitlines" -> a -> s.lines().toList();
            case "join" ->
                    a -> {
                        List<@Nullable Object> parts = new ArrayList<>();
                        for (Object part : Python.iterate(a.get(0, "iterable", List.of()))) {
                            if (!parts.isEmpty()) {
                                parts.add(s);
                            }
                            parts.add(part);
                        }
                        return Python.concat(parts);
                    };
            case "format" -> a -> Format.braces(s, a);
            case "find" -> a -> (long) s.indexOf(a.text(0, "sub"));
            case "rfind" -> a -> (long) s.lastIndexOf(a.text(0, "sub"));
            case "count" -> a -> (long) s.split(Pattern.quote(a.text(0, "sub")), -1).length - 1;
            case "isdigit", "isdecimal", "isnumeric" -> a -> all(s, Character::isDigit);
            case "isalpha" -> a -> all(s, Character::isLetter);
            case "isalnum" -> a -> all(s, Character::isLetterOrDigit);
            case "islower" ->
                    a ->
                            !s.equals(s.toUpperCase(Locale.ROOT))
                                    && s.equals(s.toLowerCase(Locale.ROOT));
            case "isupper" ->
                    a ->
                            !s.equals(s.toLowerCase(Locale.ROOT))
                                    && s.equals(s.toUpperCase(Locale.ROOT));
            case "isspace" -> a -> all(s, Character::isWhitespace);
            case "zfill" ->
                    a ->
                            "0"
                                            .repeat(
                                                    Math.max(
                                                            0,
                                                            Math.min(a.number(0, "width", 0), 1_000)
                                                                    - s.length()))
                                    + s;
            default -> null;
        };
    }

    private static boolean all(String s, IntPredicate what) {
        return !s.isEmpty() && s.codePoints().allMatch(what);
    }

    static String capitalize(String s) {
        return s.isEmpty()
                ? s
                : s.substring(0, 1).toUpperCase(Locale.ROOT)
                        + s.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String s) {
        return Arrays.stream(s.split("(?<= )|(?= )"))
                .map(Methods::capitalize)
                .collect(Collectors.joining());
    }

    private static boolean anyOf(Arguments a, java.util.function.Predicate<String> test) {
        Object wanted = a.get(0, "prefix", null);
        if (wanted instanceof List<?> many) {
            return many.stream().anyMatch(one -> test.test(Python.text(one)));
        }
        return test.test(a.text(0, "prefix"));
    }

    static String strip(String s, Arguments a, boolean left, boolean right) {
        Object given = a.get(0, "chars", null);
        String chars = given == null ? null : Python.text(given);
        int from = 0;
        int to = s.length();
        while (left && from < to && strippable(s.charAt(from), chars)) {
            from++;
        }
        while (right && to > from && strippable(s.charAt(to - 1), chars)) {
            to--;
        }
        return s.substring(from, to);
    }

    private static boolean strippable(char c, @Nullable String chars) {
        return chars == null ? Character.isWhitespace(c) : chars.indexOf(c) >= 0;
    }

    private static List<String> split(String s, Arguments a) {
        int limit = a.number(1, "maxsplit", -1);
        Object separator = a.get(0, "sep", null);
        if (separator == null) {
            String stripped = s.strip();
            return stripped.isEmpty()
                    ? List.of()
                    : Arrays.asList(stripped.split("\\s+", limit < 0 ? 0 : limit + 1));
        }
        return Arrays.asList(
                s.split(Pattern.quote(Python.text(separator)), limit < 0 ? -1 : limit + 1));
    }

    private static @Nullable Callable ofList(List<?> list, String name) {
        return switch (name) {
            case "index" ->
                    a -> {
                        for (int i = 0; i < list.size(); i++) {
                            if (Python.equal(list.get(i), a.get(0, "value", null))) {
                                return (long) i;
                            }
                        }
                        throw new TemplateException(a.text(0, "value") + " is not in the list");
                    };
            case "count" ->
                    a ->
                            list.stream()
                                    .filter(e -> Python.equal(e, a.get(0, "value", null)))
                                    .count();
            case "append" -> a -> changing(list).add(a.get(0, "object", null)) ? null : null;
            case "extend" ->
                    a ->
                            changing(list).addAll(Python.iterate(a.get(0, "iterable", List.of())))
                                    ? null
                                    : null;
            case "pop" -> a -> changing(list).remove(a.number(0, "index", list.size() - 1));
            default -> null;
        };
    }

    private static @Nullable Callable ofDict(Map<?, ?> map, String name) {
        return switch (name) {
            case "get" ->
                    a ->
                            map.containsKey(a.get(0, "key", null))
                                    ? map.get(a.get(0, "key", null))
                                    : a.get(1, "default", null);
            case "keys" -> a -> new ArrayList<>(map.keySet());
            case "values" -> a -> new ArrayList<>(map.values());
            case "items" ->
                    a ->
                            map.entrySet().stream()
                                    .map(e -> Arrays.asList(e.getKey(), e.getValue()))
                                    .toList();
            case "update" ->
                    a -> {
                        if (a.get(0, "other", null) instanceof Map<?, ?> other) {
                            changing(map).putAll(other);
                        }
                        changing(map).putAll(a.named());
                        return null;
                    };
            case "pop" -> a -> changing(map).remove(a.get(0, "key", null));
            default -> null;
        };
    }

    // only lists and dicts that the template itself wrote down can be changed: those of ours are
    // unmodifiable
    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> changing(List<?> list) {
        if (!(list instanceof ArrayList)) {
            throw new TemplateException("this list cannot be changed");
        }
        return (List<@Nullable Object>) list;
    }

    @SuppressWarnings("unchecked")
    private static Map<@Nullable Object, @Nullable Object> changing(Map<?, ?> map) {
        if (!(map instanceof java.util.LinkedHashMap)) {
            throw new TemplateException("this dict cannot be changed");
        }
        return (Map<@Nullable Object, @Nullable Object>) map;
    }
}
