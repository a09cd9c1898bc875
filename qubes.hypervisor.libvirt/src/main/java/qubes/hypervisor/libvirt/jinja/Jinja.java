package qubes.hypervisor.libvirt.jinja;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Renders templates that a loader finds by name. Threads may share it. Nothing of the library is
 * loaded before the first rendering.
 */
public final class Jinja {
    private final Function<String, Optional<String>> loader;
    private @Nullable Engine engine;

    /**
     * @param loader the text of the template of that name; absent if there is none
     */
    public Jinja(Function<String, Optional<String>> loader) {
        this.loader = loader;
    }

    /**
     * Renders a template.
     *
     * @param variables name to value; see {@link Visible} for objects, {@link Callable} for
     *     functions
     * @param own templates of this rendering, found before the loader's
     * @throws TemplateException if there is no such template, or it is wrong
     */
    public String render(
            String name, Map<String, Object> variables, Function<String, Optional<String>> own) {
        return engine().renderNamed(
                        name,
                        variables,
                        wanted -> own.apply(wanted).or(() -> loader.apply(wanted)));
    }

    /** As {@link #render(String, Map, Function)}, with none but the loader's. */
    public String render(String name, Map<String, Object> variables) {
        return engine().renderNamed(name, variables, loader);
    }

    private synchronized Engine engine() {
        if (engine == null) {
            engine = Engine.create();
        }
        return engine;
    }

    /** A function for templates that ends the rendering with its arguments as message. */
    public static Callable bug() {
        return arguments -> {
            throw new TemplateException(
                    arguments.positional().stream()
                            .map(Values::text)
                            .collect(Collectors.joining(" ")));
        };
    }
}
