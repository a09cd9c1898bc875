package qubes.hypervisor.libvirt.jinja;

import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.lib.fn.MacroFunction;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a template calls by name alone. jinjava takes static methods as functions, found by
 * reflection; macros are objects, and are called with their keyword arguments, so ours are macros.
 */
final class TemplateFunction extends MacroFunction {
    private final Callable callable;

    TemplateFunction(String name, Callable callable, Context scope) {
        // a "caller" may be called within its own call, other macros not
        super(List.of(), name, new LinkedHashMap<>(), true, scope, 0, 0);
        this.callable = callable;
    }

    @Override
    public Object evaluate(@Nullable Object... passed) {
        return Values.of(callable.call(Arguments.of(passed)));
    }
}
