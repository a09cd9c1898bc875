package qubes.core.internal.system;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 * @param owner whose it is, for messages
 */
record ForeignHandler<E extends Event>(
        String owner, EventPattern<E> pattern, Consumer<? super E> action) {
    private static final Logger log = LoggerFactory.getLogger(ForeignHandler.class);

    boolean hears(Event event) {
        return pattern.matches(event.getClass(), event.wireName());
    }

    void handle(Event event) {
        try {
            action.accept(pattern.type().cast(event));
        } catch (QubesException | ProtocolError | PermissionDenied e) {
            throw e;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            log.error("{} failed on {}", owner, event.wireName(), e);
            if (event instanceof PreEvent) {
                throw new QubesException(
                        "Refused: " + decapitalised() + " failed on " + event.wireName(), e);
            }
        }
    }

    private String decapitalised() {
        return Character.toLowerCase(owner.charAt(0)) + owner.substring(1);
    }
}
