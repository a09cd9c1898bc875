package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts a running daemon under load and prints calls per second, latencies, and two ratios: to the
 * floor, taken in the same run, and to the original's figures. {@code LoadReport SOCKET DOMAIN
 * [SECONDS [PROGRAM]]}: the domain must exist; its property {@code debug} is set over and over.
 * PROGRAM is {@code src/main/c/load.c}, compiled: it leaves more of the processors to the daemon
 * than callers in Java do.
 */
public final class LoadReport {
    private final Path socket;
    private final String domain;
    private final Duration time;
    private final Optional<Path> program;
    private final PrintStream out;

    private LoadReport(
            Path socket, String domain, Duration time, Optional<Path> program, PrintStream out) {
        this.socket = socket;
        this.domain = domain;
        this.time = time;
        this.program = program;
        this.out = out;
    }

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2) {
            System.err.println("usage: LoadReport SOCKET DOMAIN [SECONDS [PROGRAM]]");
            System.exit(2);
        }
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Optional<Path> program =
                arguments.length > 3 ? Optional.of(Path.of(arguments[3])) : Optional.empty();
        new LoadReport(
                        Path.of(arguments[0]),
                        arguments[1],
                        Duration.ofSeconds(seconds),
                        program,
                        System.out)
                .run();
    }

    private void run() throws IOException {
        String list = new AdminSocket(socket).text("admin.vm.List", "", "dom0", "");
        int domains = (int) list.lines().count() - 1;
        out.printf(
                Locale.ROOT,
                "%d domains, %d processors, callers in %s, %d s a row%n",
                domains,
                Runtime.getRuntime().availableProcessors(),
                program.isPresent() ? "C" : "Java " + System.getProperty("java.version"),
                time.toSeconds());
        out.println(
                "| method | callers | calls/s | p50 us | p99 us | failed | of the floor | times the original |");
        out.println("|---|---:|---:|---:|---:|---:|---:|---:|");
        for (int callers : new int[] {1, 16}) {
            double floor = floor(callers);
            for (Original original : Original.values()) {
                row(original, callers, domains, floor);
            }
        }
    }

    private double floor(int callers) throws IOException {
        Path path =
                Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "floor-" + ProcessHandle.current().pid() + ".sock");
        try (BareServer bare = new BareServer(path, 16)) {
            Callers load = callers(path, Original.GET);
            load.run(callers, Duration.ofSeconds(1));
            Callers.Result result = load.run(callers, time);
            out.printf(
                    Locale.ROOT,
                    "| floor | %d | %.0f | %.0f | %.0f | %d | | |%n",
                    callers,
                    result.callsPerSecond(),
                    result.p50Micros(),
                    result.p99Micros(),
                    result.failed());
            return result.callsPerSecond();
        }
    }

    private void row(Original original, int callers, int domains, double floor) throws IOException {
        Callers load = callers(socket, original);
        load.run(callers, Duration.ofSeconds(1));
        Callers.Result result = load.run(callers, time);
        Optional<Double> before = original.callsPerSecond(domains, callers);
        out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.0f | %.0f | %d | %.0f %% | %s |%n",
                original.method(),
                callers,
                result.callsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.failed(),
                100 * result.callsPerSecond() / floor,
                before.map(
                                rate ->
                                        String.format(
                                                Locale.ROOT,
                                                "%.1f",
                                                result.callsPerSecond() / rate))
                        .orElse("not measured"));
    }

    private Callers callers(Path to, Original original) {
        String argument =
                switch (original) {
                    case LIST, GET_ALL -> "";
                    case GET -> "vcpus";
                    case SET -> "debug";
                };
        String destination = original == Original.LIST ? "dom0" : domain;
        String payload = original == Original.SET ? "True" : "";
        if (program.isPresent()) {
            return new NativeLoad(
                    program.get(), to, original.method(), argument, destination, payload);
        }
        return new Load(to, AdminSocket.request(original.method(), argument, destination, payload));
    }
}
