package qubes.core.internal.system;

import qubes.core.event.Event;

/**
 * Whose handlers some are: one extension's, or one that a subject was given. It answers for all of
 * them: if one holds up changes, none is run under the model lock for a while.
 */
final class HandlerOwner {
    private final String name;
    private final HandlerWatch watch;
    private final Gate gate = new Gate();
    private volatile boolean aside;

    /**
     * @param name for messages, such as {@code Extension acme.Guard}
     */
    HandlerOwner(String name, HandlerWatch watch) {
        this.name = name;
        this.watch = watch;
    }

    String name() {
        return name;
    }

    /** As {@link #name}, in the middle of a sentence. */
    String nameWithin() {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** True if everybody's changes wait for what the calling thread does now. */
    boolean holdsUpChanges() {
        return watch.holdsUpChanges();
    }

    /** A handler begins, on a thread that holds up changes. */
    HandlerWatch.Turn begin(Event event) {
        return watch.begin(this, event);
    }

    /** A handler of it runs from now until {@link #exit}; false if its bundle has left. */
    boolean enter() {
        return gate.enter();
    }

    void exit() {
        gate.exit();
    }

    /** Runs no handler any more; those that run get ten seconds, then an interrupt. Blocks. */
    void retire() {
        gate.drain(name);
    }

    /** True while its handlers are not to be run under the model lock. */
    boolean isAside() {
        return aside;
    }

    void setAside(boolean now) {
        aside = now;
    }
}
