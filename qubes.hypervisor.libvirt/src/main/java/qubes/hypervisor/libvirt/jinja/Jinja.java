package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Renders templates that a loader finds by name. Threads may share it. */
public final class Jinja {
    private static final long MAX_RANGE = 10_000;

    private final Function<String, Optional<String>> loader;

    /**
     * @param loader the text of the template of that name; absent if there is none
     */
    public Jinja(Function<String, Optional<String>> loader) {
        this.loader = loader;
    }

    /**
     * Renders a template.
     *
     * @param variables name to value; see {@link Visible} for objects
     * @throws TemplateException if there is no such template, or it is wrong
     */
    public String render(String name, Map<String, Object> variables) {
        Map<String, Object> globals = new java.util.HashMap<>(builtIns());
        globals.putAll(variables);
        return new Rendering(this, globals).render(load(name));
    }

    /** A function for templates that ends the rendering with its arguments as message. */
    public static Callable bug() {
        return arguments -> {
            throw new TemplateException(
                    arguments.positional().stream()
                            .map(Python::text)
                            .collect(Collectors.joining(" ")));
        };
    }

    Optional<String> find(String name) {
        return loader.apply(name);
    }

    Template load(String name) {
        String source =
                find(name).orElseThrow(() -> new TemplateException("there is no template " + name));
        return new TemplateParser(new Tokens(name, Lexer.tokens(name, source))).template();
    }

    private static Map<String, Object> builtIns() {
        return Map.of(
                "range", (Callable) Jinja::range,
                "namespace", (Callable) arguments -> new Namespace(arguments.named()),
                "dict", (Callable) arguments -> new java.util.LinkedHashMap<>(arguments.named()));
    }

    private static List<Long> range(Arguments arguments) {
        boolean both = arguments.positional().size() > 1;
        long from = both ? arguments.number(0, "start", 0) : 0;
        long to = arguments.number(both ? 1 : 0, "stop", 0);
        long step = arguments.number(2, "step", 1);
        if (step == 0 || (to - from) / step > MAX_RANGE) {
            throw new TemplateException("range() of no use or larger than " + MAX_RANGE);
        }
        List<Long> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    /** An object whose attributes a template may set, also from inside a loop. */
    static final class Namespace implements Visible {
        private final Map<String, @Nullable Object> attributes;

        Namespace(Map<String, @Nullable Object> attributes) {
            this.attributes = new java.util.HashMap<>(attributes);
        }

        void set(String name, @Nullable Object value) {
            attributes.put(name, value);
        }

        @Override
        public @Nullable Object attribute(String name) {
            return attributes.containsKey(name)
                    ? attributes.get(name)
                    : Undefined.attribute("namespace", name);
        }
    }
}
