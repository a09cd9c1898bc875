package qubes.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The floor: accepts, reads to the end, answers a constant, closes. No JVM server on a unix socket
 * can do less.
 */
final class BareServer implements AutoCloseable {
    private static final byte[] ANSWER =
            "0\0default=True type=int 400".getBytes(StandardCharsets.US_ASCII);

    private final Path path;
    private final ServerSocketChannel server;
    private final ExecutorService workers;

    BareServer(Path path, int threads) throws IOException {
        this.path = path;
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path), 1024);
        workers = Executors.newFixedThreadPool(threads);
        Thread acceptor = new Thread(this::accept, "bare-server");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                workers.execute(() -> answer(channel));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void answer(SocketChannel channel) {
        try (channel) {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            int got = 0;
            while (got >= 0) {
                got = channel.read(buffer);
            }
            channel.write(ByteBuffer.wrap(ANSWER));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        workers.shutdownNow();
        Files.deleteIfExists(path);
    }
}
