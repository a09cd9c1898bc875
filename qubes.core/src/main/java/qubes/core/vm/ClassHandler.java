package qubes.core.vm;

import java.util.function.BiConsumer;
import qubes.core.event.Event;
import qubes.core.event.EventPattern;

/**
 * A handler that a class of domains declares; it runs for each domain of the class and of those
 * below it.
 *
 * @param pattern the events it hears
 * @param action what it does with the domain and the event
 * @param late true if it runs after all others, listeners outside included, have heard the event
 * @param <E> the type of event
 */
public record ClassHandler<E extends Event>(
        EventPattern<E> pattern, BiConsumer<BaseVM, E> action, boolean late) {
    /**
     * {@return a handler for domains of type {@code domain}}
     *
     * @param <E> type of the events
     * @param <V> type of domain that the handler sees
     * @param pattern which events
     * @param domain type of domain that the handler sees
     * @param action what to do with the domain and the event
     */
    public static <V extends BaseVM, E extends Event> ClassHandler<E> of(
            EventPattern<E> pattern, Class<V> domain, BiConsumer<? super V, ? super E> action) {
        return new ClassHandler<>(
                pattern, (vm, event) -> action.accept(domain.cast(vm), event), false);
    }

    /** This, run after all others have heard the event; the original's asynchronous handlers. */
    ClassHandler<E> afterwards() {
        return new ClassHandler<>(pattern, action, true);
    }

    /**
     * Hands over an event that matches the pattern.
     *
     * @param vm the subject
     * @param event one that matches the pattern
     */
    public void handle(BaseVM vm, Event event) {
        action.accept(vm, pattern.type().cast(event));
    }
}
