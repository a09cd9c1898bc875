package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a call.
 *
 * @param positional in order
 * @param named name to value
 */
public record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    public Arguments {
        // not copyOf: None is an argument
        positional = Collections.unmodifiableList(new ArrayList<>(positional));
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }

    /** Positional arguments only. */
    static Arguments of(@Nullable Object... positional) {
        return new Arguments(java.util.Arrays.asList(positional), Map.of());
    }

    /** True if the argument is given, by place or by name. */
    public boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    /** The argument given by place or by name, else the fallback. */
    public @Nullable Object get(int index, String name, @Nullable Object fallback) {
        if (index < positional.size()) {
            return Python.defined(positional.get(index));
        }
        return named.containsKey(name) ? Python.defined(named.get(name)) : fallback;
    }

    /** The argument given by place or by name, as text. */
    public String text(int index, String name) {
        if (!has(index, name)) {
            throw new TemplateException("argument '" + name + "' is missing");
        }
        return Python.text(get(index, name, null));
    }

    /** A whole number given by place or by name, else the fallback. */
    int number(int index, String name, int fallback) {
        Object value = get(index, name, (long) fallback);
        if (value instanceof Long number) {
            return Math.toIntExact(number);
        }
        throw new TemplateException("argument '" + name + "' is no whole number");
    }
}
