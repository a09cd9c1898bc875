package qubes.core.vm;

/**
 * How far the store on disk is behind the system in memory. Versions count changes since the daemon
 * was started.
 *
 * @param current the version in memory
 * @param durable the newest version that is on disk
 */
public record StoreStatus(long current, long durable) {
    /**
     * {@return true if there are changes that a crash would lose; no client was told that these are
     * done}
     */
    public boolean dirty() {
        return durable < current;
    }
}
