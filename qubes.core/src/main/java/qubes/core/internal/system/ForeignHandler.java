package qubes.core.internal.system;

import java.util.function.Consumer;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.event.PreEvent;

/**
 * A handler that somebody else's bundle brought. It may refuse a pre-event; whatever else goes
 * wrong in it is its own bug and stays there.
 *
 * <p>Under the model lock it has only so much time. If that runs out, a pre-event is refused, even
 * if the handler came to an end without objection: it may be the interrupt that ended it. The same
 * goes for each pre-event while its owner is set aside: a guard that is not asked lets nobody
 * through. Without the lock, as in questions of permission and in the life of a guest, only the one
 * caller waits, and it may take as long as it likes.
 */
record ForeignHandler<E extends Event>(
        HandlerOwner owner, EventPattern<E> pattern, Consumer<? super E> action) {
    boolean hears(Event event) {
        return pattern.matches(event.getClass(), event.wireName());
    }

    /** Runs it, unless its bundle has left meanwhile. */
    void handle(Event event) {
        if (!owner.enter()) {
            return;
        }
        try {
            handleInside(event);
        } finally {
            owner.exit();
        }
    }

    private void handleInside(Event event) {
        if (!owner.holdsUpChanges()) {
            run(event);
        } else if (!owner.isAside()) {
            runInTime(event);
        } else if (event instanceof PreEvent) {
            throw new QubesException(
                    "Refused: "
                            + owner.nameWithin()
                            + " is to be asked about "
                            + event.wireName()
                            + ", but is set aside for a while since it took too long; try again"
                            + " later or stop its bundle");
        }
    }

    private void runInTime(Event event) {
        HandlerWatch.Turn turn = owner.begin(event);
        try {
            run(event);
        } catch (QubesException | ProtocolError | PermissionDenied e) {
            if (event instanceof PreEvent || !turn.isOverdue()) {
                throw e;
            }
            owner.failed(event, e);
        } finally {
            turn.end();
        }
        if (event instanceof PreEvent && turn.isOverdue()) {
            throw new QubesException(
                    "Refused: " + owner.nameWithin() + " took too long on " + event.wireName());
        }
    }

    private void run(Event event) {
        try {
            action.accept(pattern.type().cast(event));
        } catch (QubesException | ProtocolError | PermissionDenied e) {
            throw e;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            owner.failed(event, e);
            if (event instanceof PreEvent) {
                throw new QubesException(
                        "Refused: " + owner.nameWithin() + " failed on " + event.wireName(), e);
            }
        }
    }
}
