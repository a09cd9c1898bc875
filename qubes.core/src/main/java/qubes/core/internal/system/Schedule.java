package qubes.core.internal.system;

import java.time.Instant;

/** The clock on the wall, and what is to be done when it shows some time. */
interface Schedule {
    /** Something that is to be done. */
    interface Alarm {
        /** Nothing was to be done in the first place. */
        Alarm NONE = () -> {};

        /** Does not do it, unless it was begun already. */
        void cancel();
    }

    /** The time now. */
    Instant now();

    /**
     * Has {@code action} run once, on a thread where it may block, when the time has come; at once
     * if it has passed.
     */
    Alarm at(Instant when, Runnable action);
}
