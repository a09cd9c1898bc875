package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.el.ext.NamedParameter;
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
    public Arguments {
        // not copyOf: null is an argument
        positional = Collections.unmodifiableList(new ArrayList<>(positional));
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }

    /** As jinjava passes them, and none of them undefined. */
    static Arguments of(@Nullable Object @Nullable [] passed) {
        List<@Nullable Object> positional = new ArrayList<>();
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        for (Object argument : passed == null ? new Object[0] : passed) {
            if (argument instanceof NamedParameter parameter) {
                named.put(parameter.getName(), Values.toJava(parameter.getValue()));
            } else {
                positional.add(Values.toJava(argument));
            }
        }
        return new Arguments(positional, named);
    }

    /** True if the argument is given, by place or by name. */
    public boolean has(int index, String name) {
        return index < positional.size() || named.containsKey(name);
    }

    /** The argument given by place or by name, else the fallback; null is None. */
    public @Nullable Object get(int index, String name, @Nullable Object fallback) {
        if (index < positional.size()) {
            return positional.get(index);
        }
        return named.containsKey(name) ? named.get(name) : fallback;
    }

    /** The argument given by place or by name, as text. */
    public String text(int index, String name) {
        if (!has(index, name)) {
            throw new TemplateException("argument '" + name + "' is missing");
        }
        return Values.text(get(index, name, null));
    }

    /** A whole number given by place or by name, else the fallback. */
    int number(int index, String name, int fallback) {
        Object value = get(index, name, fallback);
        if (value instanceof Integer || value instanceof Long) {
            return Math.toIntExact(((Number) value).longValue());
        }
        throw new TemplateException("argument '" + name + "' is no whole number");
    }
}
