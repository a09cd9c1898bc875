package qubes.admin.wire;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qubes.core.admin.AdminReply;
import qubes.core.error.DeviceAlreadyAssigned;
import qubes.core.error.DeviceAlreadyAttached;
import qubes.core.error.DeviceNotAssigned;
import qubes.core.error.DeviceNotFound;
import qubes.core.error.PermissionDenied;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVolumeCopyTokenNotFoundError;
import qubes.core.error.Repr;
import qubes.core.event.Event;

/** Answers as bytes. */
public final class Frames {
    /** First two bytes of an answer that is text. */
    private static final byte[] OK = {'0', 0};

    private static final byte[] EVENT = {'1', 0};
    private static final byte[] EXCEPTION = {'2', 0};

    /** What every event stream begins with. */
    private static final byte[] ESTABLISHED =
            "1\0\0connection-established\0\0".getBytes(StandardCharsets.US_ASCII);

    /** Errors whose text the original shows as the representation of a key. */
    private static final Set<Class<?>> QUOTED =
            Set.of(
                    DeviceNotAssigned.class,
                    DeviceNotFound.class,
                    DeviceAlreadyAttached.class,
                    DeviceAlreadyAssigned.class,
                    QubesVolumeCopyTokenNotFoundError.class);

    private Frames() {}

    /** The answer of a call that went well. */
    public static byte[] ok(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[OK.length + body.length];
        System.arraycopy(OK, 0, frame, 0, OK.length);
        System.arraycopy(body, 0, frame, OK.length, body.length);
        return frame;
    }

    /** As {@link #ok(String)}, in parts, to be written in this order. */
    public static ByteBuffer[] ok(AdminReply reply) {
        Optional<ByteBuffer> encoded = reply.encoded();
        return encoded.isPresent()
                ? new ByteBuffer[] {ByteBuffer.wrap(OK).asReadOnlyBuffer(), encoded.get()}
                : new ByteBuffer[] {ByteBuffer.wrap(ok(reply.text()))};
    }

    /** True if callers are told of such an error; any other is a bug, and they get no answer. */
    public static boolean isSent(Throwable error) {
        return error instanceof QubesException || isCallersFault(error);
    }

    /** True for a malformed request and for one that is not allowed. */
    public static boolean isCallersFault(Throwable error) {
        return error instanceof ProtocolError || error instanceof PermissionDenied;
    }

    /**
     * The answer of a call that failed. Clients take the message for a format, so that a percent
     * sign is sent twice.
     *
     * @param debug whether to add the stack trace
     */
    public static byte[] exception(Throwable error, boolean debug) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(128);
        frame.writeBytes(EXCEPTION);
        put(frame, error.getClass().getSimpleName());
        put(frame, debug ? trace(error) : "");
        put(frame, message(error).replace("%", "%%"));
        return frame.toByteArray();
    }

    /** What a client is told of an error, before percent signs are doubled. */
    public static String message(Throwable error) {
        String message = error.getMessage() == null ? "" : error.getMessage();
        return QUOTED.contains(error.getClass()) && !message.isEmpty()
                ? Repr.quote(message)
                : message;
    }

    /** What every event stream begins with. */
    public static byte[] established() {
        return ESTABLISHED.clone();
    }

    /** An event of a stream. */
    public static byte[] event(Event event) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(128);
        frame.writeBytes(EVENT);
        put(frame, event.subject().subjectName());
        put(frame, event.wireName());
        for (Map.Entry<String, Object> argument : event.arguments().entrySet()) {
            put(frame, argument.getKey());
            put(frame, WireText.of(argument.getValue()));
        }
        frame.write(0);
        return frame.toByteArray();
    }

    private static void put(ByteArrayOutputStream frame, String field) {
        frame.writeBytes(field.replace('\0', '?').getBytes(StandardCharsets.UTF_8));
        frame.write(0);
    }

    private static String trace(@Nullable Throwable error) {
        StringWriter text = new StringWriter();
        if (error != null) {
            error.printStackTrace(new PrintWriter(text, true));
        }
        return text.toString();
    }
}
