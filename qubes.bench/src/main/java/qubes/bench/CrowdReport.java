package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows what calls cost in a crowd: 64 busy callers beside 1,000 idle subscribers, and what becomes
 * of a subscriber that stops to read. {@code CrowdReport SOCKET DOMAIN [SECONDS]}: the domain must
 * exist; its property {@code debug} is set.
 */
public final class CrowdReport {
    private static final int SUBSCRIBERS = 1000;
    private static final int CALLERS = 64;
    private static final int FLOOD = 20_000; // changes until the one that does not read must be out

    private final Path socket;
    private final String domain;
    private final Duration time;
    private final PrintStream out;

    private CrowdReport(Path socket, String domain, Duration time, PrintStream out) {
        this.socket = socket;
        this.domain = domain;
        this.time = time;
        this.out = out;
    }

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2) {
            System.err.println("usage: CrowdReport SOCKET DOMAIN [SECONDS]");
            System.exit(2);
        }
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        new CrowdReport(
                        Path.of(arguments[0]),
                        arguments[1],
                        Duration.ofSeconds(seconds),
                        System.out)
                .run();
    }

    private void run() throws IOException {
        out.printf("| %d callers | subscribers | calls/s | p50 us | p99 us | failed |%n", CALLERS);
        out.println("|---|---:|---:|---:|---:|---:|");
        rows(0);
        try (Subscribers idle = Subscribers.of(socket, SUBSCRIBERS)) {
            rows(idle.open());
        }
        silentSubscriber();
    }

    private void rows(int subscribers) throws IOException {
        row(subscribers, "admin.vm.property.Get", "vcpus", domain);
        row(subscribers, "admin.vm.feature.List", "", domain);
        row(subscribers, "admin.vm.property.GetAll", "", domain);
        row(subscribers, "admin.vm.List", "", "dom0");
    }

    private void row(int subscribers, String method, String argument, String destination)
            throws IOException {
        Load load = new Load(socket, AdminSocket.request(method, argument, destination, ""));
        load.run(CALLERS, Duration.ofSeconds(2));
        Callers.Result result = load.run(CALLERS, time);
        out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.0f | %.0f | %d |%n",
                method,
                subscribers,
                result.callsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.failed());
    }

    /** Changes go on until the daemon hangs up on the one that does not read. */
    private void silentSubscriber() throws IOException {
        AdminSocket admin = new AdminSocket(socket);
        ByteBuffer answer = AdminSocket.buffer();
        try (Subscribers reading = Subscribers.of(socket, 20);
                SocketChannel silent = Subscribers.connect(socket)) {
            for (int i = 0; i < FLOOD; i++) {
                String value = i % 2 == 0 ? "True" : "False";
                admin.call(
                        AdminSocket.request("admin.vm.property.Set", "debug", domain, value),
                        answer);
            }
            long kept = 0;
            ByteBuffer rest = ByteBuffer.allocate(1 << 16);
            for (int got = silent.read(rest); got >= 0; got = silent.read(rest.clear())) {
                kept += got;
            }
            out.printf(
                    Locale.ROOT,
                    "%nA subscriber that does not read was cut off with %d bytes in its socket; %d of 20 others stayed and heard %d bytes each%n",
                    kept,
                    reading.open(),
                    reading.bytes() / 20);
        }
    }
}
