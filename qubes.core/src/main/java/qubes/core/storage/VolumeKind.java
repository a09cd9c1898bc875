package qubes.core.storage;

/** What happens to a volume's content when its domain starts and stops. */
public enum VolumeKind {
    /** Empty at every start, gone at every stop. */
    VOLATILE(false, false),
    /** Persistent: what was written is committed at stop. */
    ORIGIN(false, true),
    /** A copy of its source at start, dropped at stop. */
    SNAPSHOT(true, false),
    /** A copy of its source at start, kept at stop. */
    ORIGIN_SNAPSHOT(true, true);

    private final boolean snapOnStart;
    private final boolean saveOnStop;

    VolumeKind(boolean snapOnStart, boolean saveOnStop) {
        this.snapOnStart = snapOnStart;
        this.saveOnStop = saveOnStop;
    }

    /**
     * {@return the kind with these two flags, as the store and clients name it}
     *
     * @param snapOnStart true for a copy of a source
     * @param saveOnStop true if what is written is kept
     */
    public static VolumeKind of(boolean snapOnStart, boolean saveOnStop) {
        if (snapOnStart) {
            return saveOnStop ? ORIGIN_SNAPSHOT : SNAPSHOT;
        }
        return saveOnStop ? ORIGIN : VOLATILE;
    }

    /** {@return true if it begins as a copy of its source at every start} */
    public boolean snapOnStart() {
        return snapOnStart;
    }

    /** {@return true if what the guest wrote is kept} */
    public boolean saveOnStop() {
        return saveOnStop;
    }
}
