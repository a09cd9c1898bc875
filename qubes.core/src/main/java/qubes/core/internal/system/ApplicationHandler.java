package qubes.core.internal.system;

import java.util.function.BiConsumer;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;
import qubes.core.vm.Qubes;

/**
 * A handler that the application has of its own, as klasses have class handlers.
 *
 * @param pattern the events of the application that it hears
 * @param action what it does with the application and the event
 */
record ApplicationHandler<E extends Event>(
        EventPattern<E> pattern, BiConsumer<? super Qubes, ? super E> action) {
    /** Hands over an event that matches the pattern. */
    void handle(Event event) {
        Qubes qubes =
                event.subject()
                        .as(Qubes.class)
                        .orElseThrow(() -> new IllegalArgumentException(event.wireName()));
        action.accept(qubes, pattern.type().cast(event));
    }
}
