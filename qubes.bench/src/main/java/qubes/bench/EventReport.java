package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Shows how long a change takes to its subscribers: from the moment a {@code Set} is sent until the
 * first, and the last, of 50 has read {@code property-set}. {@code EventReport SOCKET DOMAIN
 * [CHANGES]}.
 */
public final class EventReport {
    private static final int SUBSCRIBERS = 50;
    private static final byte[] WANTED = "property-set:debug".getBytes(StandardCharsets.US_ASCII);

    private final Path socket;
    private final String domain;
    private final int changes;
    private final PrintStream out;
    private volatile Round round = new Round();

    /** One change on its way. */
    private static final class Round {
        final CountDownLatch heard = new CountDownLatch(SUBSCRIBERS);
        final AtomicLongArray nanos = new AtomicLongArray(SUBSCRIBERS);
    }

    /** What one subscriber read and is not the whole event yet. */
    private record Heard(int number, ByteBuffer buffer) {
        Heard(int number) {
            this(number, ByteBuffer.allocate(1 << 14));
        }
    }

    private EventReport(Path socket, String domain, int changes, PrintStream out) {
        this.socket = socket;
        this.domain = domain;
        this.changes = changes;
        this.out = out;
    }

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2) {
            System.err.println("usage: EventReport SOCKET DOMAIN [CHANGES]");
            System.exit(2);
        }
        int changes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5000;
        new EventReport(Path.of(arguments[0]), arguments[1], changes, System.out).run();
    }

    private void run() throws Exception {
        Selector selector = Selector.open();
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            SocketChannel channel = Subscribers.connect(socket);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Heard(i));
            channels.add(channel);
        }
        Thread reader = new Thread(() -> read(selector), "subscribers");
        reader.setDaemon(true);
        reader.start();
        AdminSocket admin = new AdminSocket(socket);
        ByteBuffer answer = AdminSocket.buffer();
        changes(admin, answer, changes); // both sides warm up
        long[][] taken = changes(admin, answer, changes);
        out.println("| Set until | p50 us | p99 us | slowest us |");
        out.println("|---|---:|---:|---:|");
        print("the first of " + SUBSCRIBERS + " subscribers read it", taken[0]);
        print("the last of them", taken[1]);
        print("the answer", taken[2]);
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private long[][] changes(AdminSocket admin, ByteBuffer answer, int count) throws Exception {
        long[][] taken = new long[3][count];
        for (int i = 0; i < count; i++) {
            Round now = new Round();
            round = now;
            byte[] request =
                    AdminSocket.request(
                            "admin.vm.property.Set",
                            "debug",
                            domain,
                            i % 2 == 0 ? "True" : "False");
            long begin = System.nanoTime();
            if (!admin.call(request, answer)) {
                throw new IOException("a change was refused");
            }
            taken[2][i] = System.nanoTime() - begin;
            now.heard.await();
            long[] heard = new long[SUBSCRIBERS];
            for (int s = 0; s < SUBSCRIBERS; s++) {
                heard[s] = now.nanos.get(s) - begin;
            }
            Arrays.sort(heard);
            taken[0][i] = heard[0];
            taken[1][i] = heard[SUBSCRIBERS - 1];
        }
        return taken;
    }

    /** One thread reads for all, which leaves more of the processors to the daemon. */
    private void read(Selector selector) {
        try {
            while (selector.isOpen()) {
                selector.select(
                        key -> read((SocketChannel) key.channel(), (Heard) key.attachment()));
            }
        } catch (IOException e) {
            System.err.println("the subscribers ended: " + e);
        }
    }

    private void read(SocketChannel channel, Heard heard) {
        try {
            if (channel.read(heard.buffer()) < 0) {
                channel.close();
            } else if (lastEnd(heard.buffer()) > 0) {
                Round now = round;
                now.nanos.set(heard.number(), System.nanoTime());
                now.heard.countDown();
                heard.buffer().clear();
            }
        } catch (IOException e) {
            System.err.println("a subscriber ended: " + e);
        }
    }

    /** Where the wanted event's frame is in what came so far; 0 if it is not yet. */
    private static int lastEnd(ByteBuffer buffer) {
        byte[] bytes = buffer.array();
        int length = buffer.position();
        for (int i = 0; i + WANTED.length <= length; i++) {
            if (Arrays.equals(bytes, i, i + WANTED.length, WANTED, 0, WANTED.length)) {
                return bytes[length - 1] == 0 && bytes[length - 2] == 0 ? length : 0;
            }
        }
        return 0;
    }

    private void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f |%n",
                what,
                nanos[nanos.length / 2] / 1e3,
                nanos[(int) (nanos.length * 0.99)] / 1e3,
                nanos[nanos.length - 1] / 1e3);
    }
}
