package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.Nullable;

/** Something with a value. */
@FunctionalInterface
interface Expression {
    /** The value, {@link Undefined} if it names what is not there. */
    @Nullable Object in(Scope scope);
}
