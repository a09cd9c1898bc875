package qubes.core.event;

import org.osgi.annotation.versioning.ConsumerType;

/** A listener outside the model, such as an Admin API event stream. */
@ConsumerType
@FunctionalInterface
public interface EventListener {
    /**
     * An event whose effect on the store, if any, is durable. Called in order, by one thread at a
     * time; must not block and must not throw.
     *
     * @param event what happened, or is about to
     */
    void onEvent(Event event);
}
