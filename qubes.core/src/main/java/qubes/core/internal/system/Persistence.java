package qubes.core.internal.system;

/** What the model needs of the store. */
interface Persistence {
    /** There is a new version to write; must not block. */
    void changed(long version);

    /**
     * Waits until a version is on disk. Blocks on I/O.
     *
     * @throws qubes.core.error.QubesException if it cannot be written now
     */
    void awaitDurable(long version);

    /** The newest version that is on disk; never blocks. */
    long durable();

    /** Writes what is not written yet, and stops. Blocks on I/O; a failure is logged. */
    void close();
}
