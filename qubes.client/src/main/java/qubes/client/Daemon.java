package qubes.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The daemon behind its Admin API socket: one connection a call, the request ends with a
 * half-close, the reply with the connection. Calls block until the daemon answers.
 */
final class Daemon {
    /** The domain that is asked where a method concerns the whole system. */
    static final String DOM0 = "dom0";

    private static final byte[] NOTHING = {};

    private final Path socket;

    Daemon(Path socket) {
        this.socket = socket;
    }

    /** Where the daemon listens. */
    Path socket() {
        return socket;
    }

    /** Calls a method without payload. */
    String call(String method, String argument, String destination) {
        return call(method, argument, destination, NOTHING);
    }

    /** Calls a method with a text as payload. */
    String call(String method, String argument, String destination, String payload) {
        return call(method, argument, destination, payload.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Calls a method.
     *
     * @return the reply's text
     * @throws DaemonError what the daemon refuses with, or why it cannot be reached
     */
    String call(String method, String argument, String destination, byte[] payload) {
        return new String(
                callForBytes(method, argument, destination, payload), StandardCharsets.UTF_8);
    }

    /** As {@link #call(String, String, String, byte[])}, for a reply that may be no text. */
    byte[] callForBytes(String method, String argument, String destination, byte[] payload) {
        try (SocketChannel channel = send(method, argument, destination, payload);
                InputStream in = Channels.newInputStream(channel)) {
            return unwrapped(in.readAllBytes());
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Opens the stream of events of {@code destination}. */
    EventStream events(String destination) {
        try {
            SocketChannel channel = send("admin.Events", "", destination, NOTHING);
            return new EventStream(
                    channel, new BufferedInputStream(Channels.newInputStream(channel)));
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private SocketChannel send(String method, String argument, String destination, byte[] payload)
            throws IOException {
        SocketChannel channel = connect();
        try {
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.writeBytes(
                    (method + "+" + argument + " " + DOM0 + " name " + destination + "\0")
                            .getBytes(StandardCharsets.UTF_8));
            request.writeBytes(payload);
            ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private SocketChannel connect() {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesDaemonCommunicationError",
                    "Cannot reach qubesd at "
                            + socket
                            + " ("
                            + e.getMessage()
                            + "); is it running? --socket PATH names another place");
        }
    }

    private static DaemonError broken(IOException e) {
        return new DaemonError(
                "QubesDaemonCommunicationError",
                "The connection to qubesd broke: " + e.getMessage());
    }

    /** What is inside an answer: the reply, or the error to throw. */
    static byte[] unwrapped(byte[] answer) {
        if (answer.length == 0) {
            throw new DaemonError(
                    "QubesDaemonAccessError", "Got empty response from qubesd. Its log says why.");
        }
        if (answer.length >= 2 && answer[1] == 0) {
            if (answer[0] == '0') {
                return java.util.Arrays.copyOfRange(answer, 2, answer.length);
            }
            if (answer[0] == '2') {
                throw error(new String(answer, 2, answer.length - 2, StandardCharsets.UTF_8));
            }
        }
        throw new DaemonError(
                "QubesDaemonCommunicationError", "Got an answer from qubesd that is none");
    }

    /**
     * Type, traceback and message, each followed by a zero byte; the message is a format without
     * arguments.
     */
    private static DaemonError error(String fields) {
        String[] parts = fields.split("\0", -1);
        if (parts.length < 4) {
            return new DaemonError(
                    "QubesDaemonCommunicationError", "Got an error from qubesd that is cut off");
        }
        return new DaemonError(parts[0], parts[2].replace("%%", "%"));
    }
}
