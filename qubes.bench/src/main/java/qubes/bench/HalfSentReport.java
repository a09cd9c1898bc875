package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shows what callers pay for those who never finish what they say: 10,000 connections with half a
 * request each. {@code HalfSentReport SOCKET DOMAIN [BYTES]}: each sends so many bytes, 24 if not
 * said.
 */
public final class HalfSentReport {
    private static final int CONNECTIONS = 10_000;
    private static final int CALLERS = 16;

    private HalfSentReport() {}

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2) {
            System.err.println("usage: HalfSentReport SOCKET DOMAIN [BYTES]");
            System.exit(2);
        }
        Path socket = Path.of(arguments[0]);
        int bytes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 24;
        PrintStream out = System.out;
        Load get =
                new Load(
                        socket,
                        AdminSocket.request("admin.vm.property.Get", "vcpus", arguments[1], ""));
        get.run(CALLERS, Duration.ofSeconds(2));
        out.printf("| %d bytes each | calls/s | p50 us | p99 us | failed |%n", bytes);
        out.println("|---|---:|---:|---:|---:|");
        print(out, "before", get.run(CALLERS, Duration.ofSeconds(5)));
        List<SocketChannel> half = new ArrayList<>();
        byte[] begin = "admin.vm.property.Get+".getBytes(StandardCharsets.US_ASCII);
        byte[] part = java.util.Arrays.copyOf(begin, bytes);
        java.util.Arrays.fill(part, Math.min(bytes, begin.length), bytes, (byte) 'x');
        for (int i = 0; i < CONNECTIONS; i++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            try {
                channel.write(ByteBuffer.wrap(part));
            } catch (IOException turnedAway) {
                channel.close();
            }
            half.add(channel);
        }
        print(out, "with " + CONNECTIONS + " half-sent", get.run(CALLERS, Duration.ofSeconds(5)));
        out.printf("%d of the %d connections are still open%n", open(half), CONNECTIONS);
        for (SocketChannel channel : half) {
            channel.close();
        }
        print(out, "when they hung up", get.run(CALLERS, Duration.ofSeconds(5)));
    }

    private static int open(List<SocketChannel> channels) {
        int open = 0;
        ByteBuffer nothing = ByteBuffer.allocate(1);
        for (SocketChannel channel : channels) {
            try {
                if (channel.isOpen() && channel.read(nothing.clear()) == 0) {
                    open++;
                }
            } catch (IOException closed) {
                continue;
            }
        }
        return open;
    }

    private static void print(PrintStream out, String when, Callers.Result result) {
        out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %d |%n",
                when,
                result.callsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.failed());
    }
}
