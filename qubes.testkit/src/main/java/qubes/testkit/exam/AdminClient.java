package qubes.testkit.exam;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import qubes.testkit.Await;

/** A client of the Admin API, as plain as the protocol. For any number of threads. */
public final class AdminClient {
    private final Path socket;

    /**
     * @param socket where the Admin API is served, as {@link QubesHome#socket} tells
     */
    public AdminClient(Path socket) {
        this.socket = socket;
    }

    /**
     * {@return a client of the system that a test runs in} Waits until its socket is there.
     *
     * @param context of any bundle of that system
     * @throws Exception if the socket does not appear, or its folder cannot be told
     */
    public static AdminClient of(BundleContext context) throws Exception {
        Path socket = QubesHome.of(context).socket();
        Await.until("the Admin API is served", () -> Files.exists(socket));
        return new AdminClient(socket);
    }

    /**
     * Calls a method from dom0. Blocks.
     *
     * @param method with its argument, as {@code admin.vm.property.Get+memory}
     * @param destination name of the domain that the call is about, {@code dom0} for the system
     * @param payload what the method takes beside its argument; empty for none
     * @return the whole reply, each zero byte as {@code |}: {@code 0|} and the answer, or {@code
     *     2|} and the name of an error; empty if there was none
     * @throws IOException if the socket is not there
     */
    public String call(String method, String destination, String payload) throws IOException {
        String request = method + " dom0 name " + destination + "\0" + payload;
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
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

    /**
     * Calls a method that takes no payload. Blocks.
     *
     * @param method with its argument
     * @param destination name of the domain that the call is about
     * @return the whole reply, as that of {@link #call(String, String, String)}
     * @throws IOException if the socket is not there
     */
    public String call(String method, String destination) throws IOException {
        return call(method, destination, "");
    }
}
