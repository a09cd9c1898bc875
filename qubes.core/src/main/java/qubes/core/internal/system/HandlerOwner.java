package qubes.core.internal.system;

import qubes.core.event.Event;
import qubes.core.internal.plugin.PluginPage;

/**
 * Whose handlers some are: one extension's, or one that a subject was given. It answers for all of
 * them: if one holds up changes, none is run under the model lock for a while.
 */
final class HandlerOwner {
    private final String name;
    private final Class<?> type;
    private final PluginPage page;
    private final HandlerWatch watch;
    private final Gate gate = new Gate();
    private final boolean canBeSetAside;
    private volatile boolean aside;

    /**
     * @param kind for messages, such as {@code Extension}; the name of its class follows
     * @param type of its plugin, whose time is counted
     */
    HandlerOwner(String kind, Class<?> type, HandlerWatch watch) {
        this(kind, type, watch, true);
    }

    private HandlerOwner(String kind, Class<?> type, HandlerWatch watch, boolean canBeSetAside) {
        this.canBeSetAside = canBeSetAside;
        this.name = kind + " " + type.getName();
        this.type = type;
        this.page = watch.book().pageOf(type);
        this.watch = watch;
    }

    /**
     * Of the handlers that a klass declares: without them its domains would not be what they are.
     */
    static HandlerOwner ofKlass(Class<?> type, HandlerWatch watch) {
        return new HandlerOwner("Klass", type, watch, false);
    }

    /** False if it is interrupted only. */
    boolean canBeSetAside() {
        return canBeSetAside;
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

    /** A handler of it took so long under the model lock, without what it called of others. */
    void took(long nanos, Event event) {
        page.held(nanos);
        if (nanos > Model.SLOW_NANOS) {
            watch.book().slow(page, nameWithin() + " on " + event.wireName(), nanos);
        }
    }

    /** A handler failed, and that is not for its caller to know in full. */
    void failed(Event event, Throwable error) {
        watch.book().failed(type, event.wireName(), error);
    }

    /** True while its handlers are not to be run under the model lock. */
    boolean isAside() {
        return aside;
    }

    void setAside(boolean now) {
        aside = now;
    }
}
