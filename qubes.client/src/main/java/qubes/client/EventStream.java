package qubes.client;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events as they come from the daemon. */
final class EventStream implements Closeable {
    /**
     * One event.
     *
     * @param subject a domain's name; empty for the system
     * @param arguments in the order they came
     */
    record Event(String subject, String name, Map<String, String> arguments) {}

    private final SocketChannel channel;
    private final InputStream in;

    EventStream(SocketChannel channel, InputStream in) {
        this.channel = channel;
        this.in = in;
    }

    /** The next event; waits for it. Null once the daemon ends the stream. */
    @Nullable Event next() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        if (first != '1') {
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            rest.write(first);
            rest.writeBytes(in.readAllBytes());
            Daemon.unwrapped(rest.toByteArray());
            throw new DaemonError(
                    "QubesDaemonCommunicationError", "Got a reply where an event was due");
        }
        field();
        String subject = field();
        String name = field();
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String key = field(); !key.isEmpty(); key = field()) {
            arguments.put(key, field());
        }
        return new Event(subject, name, arguments);
    }

    private String field() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int b = in.read(); b != 0; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the daemon ended the stream inside an event");
            }
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
