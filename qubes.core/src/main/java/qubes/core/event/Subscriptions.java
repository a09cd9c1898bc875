package qubes.core.event;

import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Where an {@link Extension} says what it wants to hear. All of it ends when the extension's
 * service goes.
 *
 * <p>Handlers of a change of state (property, feature, tag) run under the model lock: short, no
 * I/O. Handlers of lifecycle events run on the operation's own thread and may block.
 */
@ProviderType
public interface Subscriptions {
    /**
     * Handlers added to the result hear only domains of that klass; unless told, all local domains
     * are heard.
     *
     * @param klass name of a klass, a class or a capability
     * @return where to say what is to be heard of them
     */
    Subscriptions forKlass(String klass);

    /**
     * Handlers added to the result hear the application.
     *
     * @return where to say what is to be heard of it
     */
    Subscriptions forApplication();

    /**
     * Hears an event before it takes effect; a handler that throws refuses it.
     *
     * @param <E> type of the events
     * @param pattern which events
     * @param handler runs as the class says
     */
    <E extends PreEvent> void before(EventPattern<E> pattern, Consumer<? super E> handler);

    /**
     * Hears an event after it took effect.
     *
     * @param <E> type of the events
     * @param pattern which events
     * @param handler runs as the class says
     */
    <E extends Event> void after(EventPattern<E> pattern, Consumer<? super E> handler);

    /**
     * As {@link #before(EventPattern, Consumer)}, for all events of a type.
     *
     * @param <E> type of the events
     * @param type type of the events
     * @param handler runs as the class says
     */
    default <E extends PreEvent> void before(Class<E> type, Consumer<? super E> handler) {
        before(EventPattern.of(type), handler);
    }

    /**
     * As {@link #after(EventPattern, Consumer)}, for all events of a type.
     *
     * @param <E> type of the events
     * @param type type of the events
     * @param handler runs as the class says
     */
    default <E extends Event> void after(Class<E> type, Consumer<? super E> handler) {
        after(EventPattern.of(type), handler);
    }
}
