package qubes.admin.server;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the open connections; each is closed here, once. */
final class Connections {
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    private final int limit;
    private final AtomicInteger open = new AtomicInteger();

    Connections(int limit) {
        this.limit = limit;
    }

    /** Counts one more; false if that is one too many, which is counted all the same. */
    boolean opened() {
        return open.incrementAndGet() <= limit;
    }

    int count() {
        return open.get();
    }

    /** Closes one that was counted and is open. */
    void close(SocketChannel channel) {
        if (!channel.isOpen()) {
            return;
        }
        open.decrementAndGet();
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("Closing a connection failed", e);
        }
    }
}
