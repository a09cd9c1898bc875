package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.objects.SafeString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.lang3.StringUtils;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts, lists and dicts, as far as templates of domain XML want them. */
final class Methods {
    private Methods() {}

    /** The method, or {@link Undefined}. */
    static Object find(@Nullable Object self, String name) {
        Callable method = null;
        if (self instanceof SafeString safe) {
            Callable ofText = ofText(safe.getValue(), name, true);
            method = ofText == null ? null : a -> marked(ofText.call(a));
        } else if (self instanceof String text) {
            method = ofText(text, name, false);
        } else if (self instanceof List<?> list) {
            method = ofList(list, name);
        } else if (self instanceof Map<?, ?> map) {
            method = ofDict(map, name);
        }
        return method == null ? Undefined.attribute(Values.nameOf(self), name) : method;
    }

    /** What a method makes of XML is XML. */
    private static @Nullable Object marked(@Nullable Object result) {
        return result instanceof String text ? new SafeString(text) : result;
    }

    private static @Nullable Callable ofText(String s, String name, boolean xml) {
        return switch (name) {
            case "lower" -> a -> s.toLowerCase(Locale.ROOT);
            case "upper" -> a -> s.toUpperCase(Locale.ROOT);
            case "capitalize" -> a -> StringUtils.capitalize(s.toLowerCase(Locale.ROOT));
            case "strip" -> a -> StringUtils.strip(s, characters(a));
            case "lstrip" -> a -> StringUtils.stripStart(s, characters(a));
            case "rstrip" -> a -> StringUtils.stripEnd(s, characters(a));
            case "startswith" -> a -> anyOf(a, s::startsWith);
            case "endswith" -> a -> anyOf(a, s::endsWith);
            case "removeprefix" -> a -> StringUtils.removeStart(s, a.text(0, "prefix"));
            case "removesuffix" -> a -> StringUtils.removeEnd(s, a.text(0, "suffix"));
            case "replace" -> a -> replace(s, a, xml);
            case "split" -> a -> split(s, a);
            case "splitlines" -> a -> s.lines().toList();
            case "join" -> a -> join(xml ? new SafeString(s) : s, a);
            case "find" -> a -> s.indexOf(a.text(0, "sub"));
            case "count" -> a -> StringUtils.countMatches(s, a.text(0, "sub"));
            case "isdigit", "isdecimal", "isnumeric" -> a -> all(s, Character::isDigit);
            case "isalpha" -> a -> all(s, Character::isLetter);
            case "isalnum" -> a -> all(s, Character::isLetterOrDigit);
            case "zfill" ->
                    a -> StringUtils.leftPad(s, Math.min(a.number(0, "width", 0), 1_000), '0');
            default -> null;
        };
    }

    private static String replace(String s, Arguments a, boolean xml) {
        String old = a.text(0, "old");
        String with = xml ? Values.xml(a.get(1, "new", "")) : a.text(1, "new");
        return StringUtils.replace(s, old, with, a.number(2, "count", -1));
    }

    private static boolean all(String s, IntPredicate what) {
        return !s.isEmpty() && s.codePoints().allMatch(what);
    }

    /** The characters to strip; null for white space. */
    private static @Nullable String characters(Arguments a) {
        Object given = a.get(0, "chars", null);
        return given == null ? null : Values.text(given);
    }

    private static boolean anyOf(Arguments a, Predicate<String> test) {
        return a.get(0, "prefix", null) instanceof List<?> many
                ? many.stream().anyMatch(one -> test.test(Values.text(one)))
                : test.test(a.text(0, "prefix"));
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
                s.split(Pattern.quote(Values.text(separator)), limit < 0 ? -1 : limit + 1));
    }

    private static Object join(Object separator, Arguments a) {
        List<@Nullable Object> parts = new ArrayList<>();
        for (Object part : Values.iterate(a.get(0, "iterable", List.of()))) {
            if (!parts.isEmpty()) {
                parts.add(separator);
            }
            parts.add(separator instanceof SafeString ? part : Values.text(part));
        }
        return Values.concat(parts);
    }

    // A list of ours is unmodifiable: only one that the template wrote down can be changed
    @SuppressWarnings("unchecked")
    private static @Nullable Callable ofList(List<?> list, String name) {
        List<Object> changing = (List<Object>) list;
        return switch (name) {
            case "index" ->
                    a -> {
                        for (int i = 0; i < list.size(); i++) {
                            if (Values.same(list.get(i), a.get(0, "value", null))) {
                                return i;
                            }
                        }
                        throw new TemplateException(a.text(0, "value") + " is not in the list");
                    };
            case "count" ->
                    a -> list.stream().filter(e -> Values.same(e, a.get(0, "value", null))).count();
            case "append" ->
                    a -> {
                        changing.add(Values.of(a.get(0, "object", null)));
                        return null;
                    };
            case "extend" ->
                    a -> {
                        changing.addAll(Values.iterate(a.get(0, "iterable", List.of())));
                        return null;
                    };
            case "pop" -> a -> changing.remove(a.number(0, "index", list.size() - 1));
            default -> null;
        };
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Callable ofDict(Map<?, ?> map, String name) {
        Map<String, Object> changing = (Map<String, Object>) map;
        return switch (name) {
            case "get" ->
                    a ->
                            map.containsKey(a.text(0, "key"))
                                    ? map.get(a.text(0, "key"))
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
                            changing.putAll((Map<String, Object>) other);
                        }
                        a.named().forEach((key, value) -> changing.put(key, Values.of(value)));
                        return null;
                    };
            case "pop" -> a -> changing.remove(a.text(0, "key"));
            default -> null;
        };
    }
}
