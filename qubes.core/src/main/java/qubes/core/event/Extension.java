package qubes.core.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A reaction to events, contributed as an OSGi service. Several extensions are ordered by service
 * ranking, then age.
 */
@ConsumerType
public interface Extension {
    /**
     * Called once when the service is found, on the thread that registers it; says what the
     * extension wants to hear.
     *
     * <p>What it wants to hear of {@link Lifecycle.Load} it hears right afterwards, by itself, of
     * each domain that is there already: so it can put right what changed while it was away. It may
     * hear of one domain twice.
     */
    void subscribe(Subscriptions on);
}
