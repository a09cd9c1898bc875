package qubes.itest.product;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.AssertionFailedError;

/** A client that hears events, one after the other. */
final class Listener implements Closeable {
    private final SocketChannel channel;
    private final DataInputStream in;
    private final List<String> heard = new ArrayList<>();

    private Listener(SocketChannel channel) {
        this.channel = channel;
        this.in = new DataInputStream(Channels.newInputStream(channel));
    }

    static Listener open(Path socket, byte[] request) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        ByteBuffer bytes = ByteBuffer.wrap(request);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.shutdownOutput();
        return new Listener(channel);
    }

    /**
     * Reads on until the event is there: {@code [SUBJECT:] EVENT [KEY=VALUE]…} with all of its
     * arguments. Blocks.
     */
    void await(String event) throws IOException {
        try {
            String next = next();
            while (!next.equals(event)) {
                heard.add(next);
                next = next();
            }
        } catch (IOException e) {
            throw new AssertionFailedError(
                    "not heard: " + event + ", but\n" + String.join("\n", heard), e);
        }
    }

    private String next() throws IOException {
        byte kind = in.readByte();
        if (kind != '1' || in.readByte() != 0) {
            throw new IOException("no event but " + (char) kind + field() + field());
        }
        String subject = field();
        StringBuilder event = new StringBuilder(subject.isEmpty() ? "" : subject + ": ");
        event.append(field());
        for (String key = field(); !key.isEmpty(); key = field()) {
            event.append(' ').append(key).append('=').append(field());
        }
        return event.toString();
    }

    private String field() throws IOException {
        StringBuilder text = new StringBuilder();
        for (byte b = in.readByte(); b != 0; b = in.readByte()) {
            text.append((char) b);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
