package qubes.core.device;

import java.util.Optional;

/** When an assigned device is attached (spec devices.md §2). */
public enum AssignmentMode {
    /** When a user says so; the mode of what is attached and not assigned. */
    MANUAL("manual"),
    /** When it appears, if a user agrees. */
    ASK("ask-to-attach"),
    /** When it appears. */
    AUTO("auto-attach"),
    /** From the start of the frontend, which does not start without it. */
    REQUIRED("required");

    private final String wireName;

    AssignmentMode(String wireName) {
        this.wireName = wireName;
    }

    /**
     * {@return the mode of that wire name, if there is one}
     *
     * @param wireName how the Admin API says it
     */
    public static Optional<AssignmentMode> find(String wireName) {
        for (AssignmentMode mode : values()) {
            if (mode.wireName.equals(wireName)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /** {@return as clients and the store write it} */
    public String wireName() {
        return wireName;
    }

    /** {@return true of every mode but manual} */
    public boolean automatic() {
        return this != MANUAL;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
