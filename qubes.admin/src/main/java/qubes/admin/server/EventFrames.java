package qubes.admin.server;

import org.jspecify.annotations.Nullable;
import qubes.admin.wire.Frames;
import qubes.core.event.Event;

/**
 * Encodes events, each once however many subscribers it goes to, since it goes to them one after
 * the other.
 */
final class EventFrames {
    private record Encoded(Event event, byte[] frame) {}

    private volatile @Nullable Encoded last;

    /** The bytes of an event; shared, not to be changed. */
    @SuppressWarnings(
            "ReferenceEquality") // equal events may differ in what their subjects are called
    byte[] of(Event event) {
        Encoded known = last;
        if (known == null || known.event() != event) {
            known = new Encoded(event, Frames.event(event));
            last = known;
        }
        return known.frame();
    }
}
