package qubes.core.admin;

import java.util.Map;
import qubes.core.vm.BaseVM;
import qubes.core.vm.Qubes;

/**
 * One call of a method.
 *
 * @param method the name in full, also for a member of a family
 * @param variant which member of a family; empty for a method of its own
 * @param source the domain that asks
 * @param destination the domain that is asked about
 * @param argument what followed the method's name; ASCII
 */
public record AdminCall(
        String method,
        String variant,
        BaseVM source,
        BaseVM destination,
        Untrusted argument,
        Untrusted payload) {
    /** {@return the application} */
    public Qubes qubes() {
        return destination.qubes();
    }

    /**
     * Asks whether the source may do this. Called once, when all that was sent is decoded.
     *
     * @param details what the method wants the deciders to know besides destination and argument,
     *     name to value
     * @return what narrows the answer
     * @throws qubes.core.error.PermissionDenied if it may not
     */
    public AdminPermission permit(Map<String, Object> details) {
        AdminPermission permission = new AdminPermission(this, details);
        source.fire(permission);
        return permission;
    }

    /** {@return as {@link #permit(Map)}, without details} */
    public AdminPermission permit() {
        return permit(Map.of());
    }
}
