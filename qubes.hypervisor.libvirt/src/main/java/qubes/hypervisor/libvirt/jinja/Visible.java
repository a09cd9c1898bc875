package qubes.hypervisor.libvirt.jinja;

import org.jspecify.annotations.Nullable;

/** An object of ours as templates see it: what it chooses to show, and nothing else. */
public interface Visible {
    /**
     * An attribute: null for None, {@link Undefined} for none of that name; a method is a {@link
     * Callable}.
     */
    @Nullable Object attribute(String name);

    /** What {@code object[key]} gives; as {@link #attribute} by default. */
    default @Nullable Object item(Object key) {
        return attribute(String.valueOf(key));
    }

    /** True if {@code key in object}. */
    default boolean contains(Object key) {
        return !(item(key) instanceof Undefined);
    }

    /** Python's truth value. */
    default boolean truth() {
        return true;
    }
}
