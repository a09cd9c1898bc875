package qubes.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Callers of {@code admin.Events} that read all they are sent, on one thread, and count. */
final class Subscribers implements Closeable {
    private final Selector selector;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Thread reader;
    private volatile boolean closed;

    private Subscribers(Selector selector) {
        this.selector = selector;
        this.reader = new Thread(this::read, "subscribers");
        this.reader.setDaemon(true);
    }

    /** Subscribes {@code count} times; all have been told that they are connected. Blocks. */
    static Subscribers of(Path socket, int count) throws IOException {
        Subscribers all = new Subscribers(Selector.open());
        for (int i = 0; i < count; i++) {
            SocketChannel channel = connect(socket);
            channel.configureBlocking(false);
            channel.register(all.selector, SelectionKey.OP_READ);
            all.channels.add(channel);
            all.open.incrementAndGet();
        }
        all.reader.start();
        return all;
    }

    /** One more, that nobody reads for. Blocks until it is connected. */
    static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        channel.write(ByteBuffer.wrap(AdminSocket.request("admin.Events", "", "dom0", "")));
        channel.shutdownOutput();
        channel.read(ByteBuffer.allocate(64));
        return channel;
    }

    /** How many are still connected. */
    int open() {
        return open.get();
    }

    /** Bytes that came for all of them. */
    long bytes() {
        return bytes.get();
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        try {
            while (!closed) {
                selector.select(key -> read(key, buffer.clear()));
            }
        } catch (IOException e) {
            System.err.println("the subscribers ended: " + e);
        }
    }

    private void read(SelectionKey key, ByteBuffer buffer) {
        int count;
        try {
            count = ((SocketChannel) key.channel()).read(buffer);
        } catch (IOException e) {
            count = -1;
        }
        if (count < 0) {
            key.cancel();
            open.decrementAndGet();
        } else {
            bytes.addAndGet(count);
        }
    }

    /** Hangs up; a registered channel is closed only when its selector looks again. */
    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SocketChannel channel : channels) {
            channel.close();
        }
        selector.close();
    }
}
