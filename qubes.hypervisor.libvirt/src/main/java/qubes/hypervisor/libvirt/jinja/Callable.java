package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.Nullable;

/** Something a template can call. */
@FunctionalInterface
public interface Callable {
    /** Calls it; null is None. */
    @Nullable Object call(Arguments arguments);
}
