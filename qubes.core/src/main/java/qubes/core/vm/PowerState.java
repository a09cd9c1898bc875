package qubes.core.vm;

import java.util.Locale;

/** The state of a domain as clients know it. */
public enum PowerState {
    /** It does not run. */
    HALTED,
    /** Active, and not fully usable yet. */
    TRANSIENT,
    /** It runs, and is ready as far as is known. */
    RUNNING,
    /** The hypervisor stopped its processors. */
    PAUSED,
    /** It sleeps by its own power management. */
    SUSPENDED,
    /** It is on its way to a shutdown. */
    HALTING,
    /** It is shut off, yet still in the hypervisor's books. */
    DYING,
    /** The guest crashed. */
    CRASHED,
    /** Not known. */
    NA;

    /** {@return the name on the wire, such as {@code Running}} */
    public String wireName() {
        return this == NA ? "NA" : name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
}
