package qubes.admin.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
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
    private static final long SHORT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** So many callers make room at once when the process has too many files open. */
    private static final int ROOM = 16;

    private final ServerSocketChannel server;
    private final AdminSocket socket;
    private final Crew crew;
    private final ByteBuffer buffer = ByteBuffer.allocate(Request.MAX_BYTES + 1);
    private volatile @Nullable Exchange current;
    private volatile boolean replaced;

    Worker(ServerSocketChannel server, AdminSocket socket, Crew crew) {
        this.server = server;
        this.socket = socket;
        this.crew = crew;
    }

    /** What is being answered, if anything is. */
    @Nullable Exchange current() {
        return current;
    }

    AdminSocket socket() {
        return socket;
    }

    ServerSocketChannel server() {
        return server;
    }

    /** Another one takes its place, and it ends when its call does; if there are not too many. */
    void replace() {
        if (!replaced && crew.replace(this)) {
            replaced = true;
        }
    }

    /** The calling thread, which is the worker's, begins with a call. */
    void begins(Exchange exchange) {
        exchange.runs();
        current = exchange;
        crew.watch().callBegins();
    }

    /** It is done with it. */
    void ends() {
        current = null;
    }

    @Override
    public void run() {
        try {
            while (server.isOpen() && !replaced) {
                acceptAndServe();
            }
        } finally {
            crew.leave(this, replaced);
        }
    }

    private void acceptAndServe() {
        try {
            serve(server.accept());
            crew.accepted();
        } catch (ClosedChannelException e) {
            log.debug("Socket {} is closed", socket);
        } catch (IOException e) {
            crew.notAccepted(socket, e);
            boolean room = crew.stragglers().evict(ROOM) > 0;
            LockSupport.parkNanos(room ? SHORT_PAUSE_NANOS : PAUSE_NANOS);
        } catch (RuntimeException e) {
            log.error("A caller could not be served on socket {}", socket, e);
        }
    }

    private void serve(SocketChannel channel) {
        Connections connections = crew.connections();
        if (!connections.opened() && crew.stragglers().evict(1) == 0) {
            connections.turnedAway();
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
                crew.connections().close(channel);
                return;
            }
            if (count == 0) {
                Thread.yield();
            }
        }
        if (count < 0) {
            crew.answers().answer(this, channel, buffer.array(), buffer.position());
        } else {
            crew.stragglers()
                    .add(channel, socket, Arrays.copyOf(buffer.array(), buffer.position()));
        }
    }
}
