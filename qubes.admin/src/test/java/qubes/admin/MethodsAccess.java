package qubes.admin;

import java.util.Map;
import qubes.core.admin.AdminMethod;

/** What the framework does when services come and go. */
public final class MethodsAccess {
    private MethodsAccess() {}

    public static void bind(Methods methods, String name, AdminMethod method) {
        methods.bindMethod(method, Map.of("name", name));
    }

    /** How many methods of this bundle are waited for before any is served. */
    public static int expected() {
        return Methods.OWN;
    }

    public static void unbind(Methods methods, AdminMethod method) {
        methods.unbindMethod(method);
    }
}
