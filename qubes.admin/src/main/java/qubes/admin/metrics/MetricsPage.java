package qubes.admin.metrics;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one page of a tiny HTTP server: the instruments' text, whatever path is asked for. One caller
 * at a time, each for a second at most. The JDK's own server knows no unix sockets, so this one
 * serves those and ports alike.
 */
public final class MetricsPage implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(MetricsPage.class);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int LONGEST_REQUEST = 8192;

    private final ServerSocketChannel server;
    private final Instruments instruments;

    /**
     * @param server listens already; the page is served until it is closed
     */
    public MetricsPage(ServerSocketChannel server, Instruments instruments) {
        this.server = server;
        this.instruments = instruments;
    }

    @Override
    public void run() {
        while (server.isOpen()) {
            try (SocketChannel caller = server.accept();
                    Selector selector = Selector.open()) {
                caller.configureBlocking(false);
                SelectionKey key = caller.register(selector, 0);
                long end = System.nanoTime() + PATIENCE_NANOS;
                String request = read(caller, selector, key, end);
                write(caller, selector, key, end, answer(request));
            } catch (ClosedChannelException e) {
                log.debug("The metrics are no longer served, or a caller hung up", e);
            } catch (IOException e) {
                log.debug("A caller did not get the metrics", e);
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (RuntimeException e) {
                log.error("The metrics could not be read", e);
            }
        }
    }

    private byte[] answer(String request) throws IOException {
        boolean head = request.startsWith("HEAD ");
        if (!head && !request.startsWith("GET ")) {
            return "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
        }
        byte[] text = instruments.text();
        byte[] begin =
                ("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: "
                                + text.length
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(begin.length + (head ? 0 : text.length)).put(begin);
        return head ? all.array() : all.put(text).array();
    }

    /** What the caller sent up to an empty line, or to its end. */
    private static String read(
            SocketChannel caller, Selector selector, SelectionKey key, long endNanos)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_REQUEST);
        String text = "";
        while (!text.contains("\r\n\r\n") && bytes.hasRemaining()) {
            await(selector, key, SelectionKey.OP_READ, endNanos);
            if (caller.read(bytes) < 0) {
                return text;
            }
            text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
        }
        return text;
    }

    private static void write(
            SocketChannel caller, Selector selector, SelectionKey key, long endNanos, byte[] answer)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        while (bytes.hasRemaining()) {
            if (caller.write(bytes) == 0) {
                await(selector, key, SelectionKey.OP_WRITE, endNanos);
            }
        }
        caller.shutdownOutput();
    }

    private static void await(Selector selector, SelectionKey key, int operation, long endNanos)
            throws IOException {
        key.interestOps(operation);
        long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        if (left <= 0) {
            throw new IOException("the caller takes too long");
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }
}
