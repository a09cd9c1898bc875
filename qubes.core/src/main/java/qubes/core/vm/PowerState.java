package qubes.core.vm;

import java.util.Locale;

/** The state of a domain as clients know it. */
public enum PowerState {
    HALTED,
    /** Active, and not fully usable yet. */
    TRANSIENT,
    RUNNING,
    PAUSED,
    SUSPENDED,
    HALTING,
    DYING,
    CRASHED,
    /** Not known. */
    NA;

    /** The name on the wire, such as {@code Running}. */
    public String wireName() {
        return this == NA ? "NA" : name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }
}
