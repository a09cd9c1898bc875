package qubes.hypervisor.libvirt.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One rendering: the blocks of the templates that extend each other, and a bound on its size. */
final class Rendering {
    private static final int MAX_OUTPUT = 1 << 20;
    private static final int MAX_DEPTH = 50;

    private final Jinja jinja;
    private final Map<String, List<Node>> blocks =
            new HashMap<>(); // name to bodies, the youngest first
    private final Map<String, Object> globals;
    private int depth;

    Rendering(Jinja jinja, Map<String, Object> globals) {
        this.jinja = jinja;
        this.globals = globals;
    }

    String render(Template template) {
        Scope global = new Scope(this, null);
        globals.forEach((name, value) -> global.set(name, Python.of(value)));
        Scope top = global.inner();
        StringBuilder out = new StringBuilder();
        extend(template, top, out);
        return out.toString();
    }

    /** Renders the template, or what it extends. */
    private void extend(Template template, Scope top, StringBuilder out) {
        deeper(
                () -> {
                    template.blocks()
                            .forEach(
                                    (name, body) ->
                                            blocks.computeIfAbsent(name, n -> new ArrayList<>())
                                                    .add(body));
                    if (template.parent() == null) {
                        template.body().render(top, out);
                        return;
                    }
                    // what a child says outside of its blocks is not shown, but its variables count
                    template.body().render(top, new StringBuilder());
                    String parent = Python.text(template.parent().in(top));
                    extend(jinja.load(parent), top, out);
                });
    }

    /** Renders another template here, with the variables in sight. */
    void include(
            String name,
            boolean mayBeMissing,
            boolean withContext,
            Scope scope,
            StringBuilder out) {
        if (mayBeMissing && jinja.find(name).isEmpty()) {
            return;
        }
        Template template = jinja.load(name);
        deeper(
                () -> {
                    Rendering inner = new Rendering(jinja, globals);
                    inner.depth = depth;
                    Scope global = new Scope(inner, withContext ? scope : null);
                    globals.forEach(
                            (key, value) -> {
                                if (!withContext) {
                                    global.set(key, Python.of(value));
                                }
                            });
                    inner.extend(template, global.inner(), out);
                });
    }

    /** Runs a template for what it defines. */
    Map<String, @Nullable Object> define(String name) {
        Rendering inner = new Rendering(jinja, globals);
        inner.depth = depth + 1;
        Scope global = new Scope(inner, null);
        globals.forEach((key, value) -> global.set(key, Python.of(value)));
        Scope top = global.inner();
        inner.extend(jinja.load(name), top, new StringBuilder());
        return top.own();
    }

    /** Renders the youngest block of that name; {@code super()} in it is the next older one. */
    void block(String name, Scope scope, StringBuilder out) {
        block(name, 0, scope, out);
    }

    private void block(String name, int age, Scope scope, StringBuilder out) {
        List<Node> bodies = blocks.getOrDefault(name, List.of());
        if (age >= bodies.size()) {
            throw new TemplateException("block '" + name + "' has no older one for super()");
        }
        Scope own = scope.inner();
        own.set(
                "super",
                (Callable)
                        arguments -> {
                            StringBuilder older = new StringBuilder();
                            block(name, age + 1, scope, older);
                            return new Markup(older.toString());
                        });
        deeper(() -> bodies.get(age).render(own, out));
        bound(out);
    }

    void deeper(Runnable what) {
        if (++depth > MAX_DEPTH) {
            throw new TemplateException("templates, blocks or macros use each other without end");
        }
        try {
            what.run();
        } finally {
            depth--;
        }
    }

    void bound(StringBuilder out) {
        if (out.length() > MAX_OUTPUT) {
            throw new TemplateException("the result is larger than 1 MiB");
        }
    }
}
