package qubes.core.admin;

import org.osgi.annotation.versioning.ProviderType;
import qubes.core.event.Event;

/**
 * The caller's end of an {@link EventStream}. No method blocks; all are silent once the caller is
 * gone.
 */
@ProviderType
public interface EventSink {
    /**
     * Sends an event. A caller that does not read what it is sent is cut off.
     *
     * @param event what the caller is told
     */
    void send(Event event);

    /**
     * Ends the stream with an error that the caller sees after what was sent before.
     *
     * @param reason the error that the caller sees
     */
    void fail(RuntimeException reason);
}
