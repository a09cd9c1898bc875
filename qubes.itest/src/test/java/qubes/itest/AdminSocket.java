package qubes.itest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client of the Admin API, as plain as the protocol. */
public final class AdminSocket {
    private final Path path;

    /**
     * @param path of the socket
     */
    public AdminSocket(Path path) {
        this.path = path;
    }

    /**
     * Calls a method from dom0. Blocks.
     *
     * @param method with its argument, as {@code admin.vm.property.Get+memory}
     * @return the whole reply, each zero byte as {@code |}
     */
    public String call(String method, String destination, String payload) throws IOException {
        String request = method + " dom0 name " + destination + "\0" + payload;
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.shutdownOutput();
            ByteBuffer part = ByteBuffer.allocate(4096);
            while (channel.read(part.clear()) >= 0) {
                reply.write(part.array(), 0, part.position());
            }
        }
        return reply.toString(StandardCharsets.UTF_8).replace('\0', '|');
    }

    /** Calls a method that takes no payload. */
    public String call(String method, String destination) throws IOException {
        return call(method, destination, "");
    }
}
