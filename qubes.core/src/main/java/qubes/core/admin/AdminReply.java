package qubes.core.admin;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a call is answered with: text, or a stream of events. */
public final class AdminReply {
    /** The answer of a method that returns nothing. */
    public static final AdminReply EMPTY = new AdminReply("", null);

    private final String text;
    private final @Nullable EventStream stream;

    private AdminReply(String text, @Nullable EventStream stream) {
        this.text = text;
        this.stream = stream;
    }

    /** Text, sent as UTF-8. */
    public static AdminReply text(String text) {
        return text.isEmpty() ? EMPTY : new AdminReply(text, null);
    }

    /** A stream; {@code connection-established} is sent first, once the stream is open. */
    public static AdminReply stream(EventStream stream) {
        return new AdminReply("", stream);
    }

    /** The text, empty for a stream. */
    public String text() {
        return text;
    }

    /** The stream, absent for text. */
    public Optional<EventStream> stream() {
        return Optional.ofNullable(stream);
    }
}
