package qubes.core.event;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A reaction to events, contributed as an OSGi service. Several extensions are ordered by service
 * ranking, then age.
 *
 * <p>Handlers of a change run under the model's lock, where all other changes wait for them: they
 * must not block. One that takes longer than the limit that is set (two seconds unless configured)
 * is interrupted and its extension set aside for a while: it is not told of changes then, and each
 * event of a change that it might refuse is refused. Handlers that run without that lock, such as
 * those of questions of permission and of a guest's life, have no limit.
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
     *
     * @param on where to say it
     */
    void subscribe(Subscriptions on);
}
