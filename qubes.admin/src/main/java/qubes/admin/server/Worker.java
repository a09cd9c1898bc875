package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminSocket;

/**
 * Accepts a caller, reads its request and answers it, over and over. Several of these wait on one
 * socket, so that a request that comes at once and is a quick read never changes threads. One that
 * comes in parts goes to the {@link Stragglers}.
 */
final class Worker implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final int READ_TRIES = 12;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ServerSocketChannel server;
    private final AdminSocket socket;
    private final Connections connections;
    private final Stragglers stragglers;
    private final Answers answers;
    private final ByteBuffer buffer = ByteBuffer.allocate(Request.MAX_BYTES + 1);

    Worker(
            ServerSocketChannel server,
            AdminSocket socket,
            Connections connections,
            Stragglers stragglers,
            Answers answers) {
        this.server = server;
        this.socket = socket;
        this.connections = connections;
        this.stragglers = stragglers;
        this.answers = answers;
    }

    @Override
    public void run() {
        while (server.isOpen()) {
            try {
                serve(server.accept());
            } catch (ClosedChannelException e) {
                log.debug("Socket {} is closed", socket);
            } catch (IOException e) {
                log.error("A caller could not be accepted on socket {}", socket, e);
                stragglers.evict(); // the process may have too many files open
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (RuntimeException e) {
                log.error("A caller could not be served on socket {}", socket, e);
            }
        }
    }

    private void serve(SocketChannel channel) {
        if (!connections.opened() && !stragglers.evict()) {
            log.warn("Too many connections; a caller is turned away");
            connections.close(channel);
            return;
        }
        try {
            channel.configureBlocking(false);
            read(channel);
        } catch (IOException e) {
            log.debug("A caller hung up", e);
            connections.close(channel);
        }
    }

    /**
     * Most callers send all at once, a moment after they connect: looking a few times is cheaper
     * than a selector.
     */
    private void read(SocketChannel channel) throws IOException {
        buffer.clear();
        int count = 0;
        for (int tries = 0; tries < READ_TRIES && count >= 0; tries++) {
            count = channel.read(buffer);
            if (!buffer.hasRemaining()) {
                log.warn("Request too long; the connection is aborted");
                connections.close(channel);
                return;
            }
            if (count == 0) {
                Thread.yield();
            }
        }
        if (count < 0) {
            answers.answer(channel, socket, buffer.array(), buffer.position());
        } else {
            stragglers.add(channel, socket, Arrays.copyOf(buffer.array(), buffer.position()));
        }
    }
}
