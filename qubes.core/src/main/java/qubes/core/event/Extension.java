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
     */
    void subscribe(Subscriptions on);
}
