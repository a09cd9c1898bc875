package qubes.core.admin;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a call is answered with: text, or a stream of events. */
public final class AdminReply {
    /** The answer of a method that returns nothing. */
    public static final AdminReply EMPTY = new AdminReply("", null, null);

    private final String text;
    private final @Nullable ByteBuffer encoded;
    private final @Nullable EventStream stream;

    private AdminReply(String text, @Nullable ByteBuffer encoded, @Nullable EventStream stream) {
        this.text = text;
        this.encoded = encoded;
        this.stream = stream;
    }

    /**
     * {@return text, sent as UTF-8}
     *
     * @param text the whole answer
     */
    public static AdminReply text(String text) {
        return text.isEmpty() ? EMPTY : new AdminReply(text, null, null);
    }

    /**
     * {@return text that was encoded before, for a method that gives the same long answer many
     * times}
     *
     * @param utf8 from its position to its limit; what it holds must not change any more
     */
    public static AdminReply encoded(ByteBuffer utf8) {
        return new AdminReply("", utf8.asReadOnlyBuffer(), null);
    }

    /**
     * {@return a stream; {@code connection-established} is sent first, once the stream is open}
     *
     * @param stream opened once the answer has begun
     */
    public static AdminReply stream(EventStream stream) {
        return new AdminReply("", null, stream);
    }

    /** {@return the text, empty for a stream} */
    public String text() {
        return encoded == null
                ? text
                : StandardCharsets.UTF_8.decode(encoded.duplicate()).toString();
    }

    /** {@return the text in UTF-8 if it was encoded before, else absent; the caller's to read} */
    public Optional<ByteBuffer> encoded() {
        return Optional.ofNullable(encoded).map(ByteBuffer::duplicate);
    }

    /** {@return the stream, absent for text} */
    public Optional<EventStream> stream() {
        return Optional.ofNullable(stream);
    }
}
