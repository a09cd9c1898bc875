package qubes.core.internal.system;

import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.internal.plugin.PluginBook;
import qubes.core.vm.BaseVM;
import qubes.core.vm.ClassHandler;

/**
 * A handler that a klass of somebody else's bundle declares. It is part of what its domains are: it
 * is never left out, and what goes wrong in it is a failure of the change or operation it belongs
 * to, told in an error that names the klass.
 */
record KlassHandler(HandlerOwner owner, ClassHandler<?> handler) {
    void handle(Event event) {
        if (owner.holdsUpChanges()) {
            runInTime(event);
        } else {
            run(event);
        }
    }

    private void runInTime(Event event) {
        HandlerWatch.Turn turn = owner.begin(event);
        try {
            run(event);
        } catch (RuntimeException e) {
            throw turn.isOverdue() ? new QubesException(tooLong(event), e) : e;
        } finally {
            turn.end();
        }
        if (turn.isOverdue()) {
            throw new QubesException(tooLong(event));
        }
    }

    private String tooLong(Event event) {
        return "Failed: " + owner.nameWithin() + " took too long on " + event.wireName();
    }

    private void run(Event event) {
        try {
            handler.handle((BaseVM) event.subject(), event);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            if (PluginBook.isMeant(e)) {
                throw e;
            }
            owner.failed(event, e);
            throw new QubesException(
                    "Failed: " + owner.nameWithin() + " failed on " + event.wireName(), e);
        }
    }
}
