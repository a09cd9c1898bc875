package qubes.admin.method;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A caller that sends and receives bytes, nothing more; bytes are shown as ISO 8859-1 text. */
public record Client(Path socket) {
    /** A connection, for tests of how bytes come and go. */
    public SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    /** Sends, closes the sending half, and reads to the end; an aborted connection ends too. */
    public String exchange(String request) throws IOException {
        try (SocketChannel channel = connect()) {
            write(channel, request);
            channel.shutdownOutput();
            return readAll(channel);
        }
    }

    /** A call by dom0. */
    public String call(String method, String argument, String destination, String payload)
            throws IOException {
        return exchange(request(method, argument, destination, payload));
    }

    /** A request by dom0. */
    public static String request(
            String method, String argument, String destination, String payload) {
        return method + "+" + argument + " dom0 name " + destination + "\0" + payload;
    }

    public static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    public static String readAll(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        try {
            while (channel.read(buffer.clear()) >= 0) {
                all.write(buffer.array(), 0, buffer.position());
            }
        } catch (IOException e) {
            if (all.size() > 0) {
                throw e;
            }
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
