package qubes.hypervisor.libvirt.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables in sight; an inner scope sees the outer one, and its own do not leave it. */
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    private final Rendering rendering;

    Scope(Rendering rendering, @Nullable Scope outer) {
        this.rendering = rendering;
        this.outer = outer;
    }

    Scope inner() {
        return new Scope(rendering, this);
    }

    Rendering rendering() {
        return rendering;
    }

    void set(String name, @Nullable Object value) {
        variables.put(name, value);
    }

    @Nullable Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return Undefined.variable(name);
    }

    Map<String, @Nullable Object> own() {
        return variables;
    }
}
