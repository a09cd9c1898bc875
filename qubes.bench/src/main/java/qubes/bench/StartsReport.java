package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Shows what reads cost while guests start: latencies idle, and while {@code COUNT} new AppVMs of
 * the default template are all being started. {@code StartsReport SOCKET COUNT}; the domains made
 * are killed and removed again.
 */
public final class StartsReport {
    private static final int READERS = 2;

    private final Path socket;
    private final AdminSocket admin;
    private final int count;
    private final PrintStream out;

    private StartsReport(Path socket, int count, PrintStream out) {
        this.socket = socket;
        this.admin = new AdminSocket(socket);
        this.count = count;
        this.out = out;
    }

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: StartsReport SOCKET COUNT");
            System.exit(2);
        }
        new StartsReport(Path.of(arguments[0]), Integer.parseInt(arguments[1]), System.out).run();
    }

    private void run() throws Exception {
        List<String> names = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                String name = "bench-" + i;
                admin.text("admin.vm.Create.AppVM", "", "dom0", "name=" + name + " label=red");
                names.add(name);
            }
            out.println("| read | when | calls/s | p50 us | p99 us | slowest us | failed |");
            out.println("|---|---|---:|---:|---:|---:|---:|");
            byte[] list = AdminSocket.request("admin.vm.List", "", "dom0", "");
            byte[] get = AdminSocket.request("admin.vm.property.Get", "vcpus", names.get(0), "");
            for (byte[] warm : List.of(list, get)) {
                new Load(socket, warm).run(READERS, Duration.ofSeconds(3));
            }
            print(
                    "admin.vm.List",
                    "idle",
                    new Load(socket, list).run(READERS, Duration.ofSeconds(5)));
            print(
                    "admin.vm.property.Get",
                    "idle",
                    new Load(socket, get).run(READERS, Duration.ofSeconds(5)));
            whileStarting(names, list, get);
        } finally {
            for (String name : names) {
                end(name);
            }
        }
    }

    /** Half of the readers list, half of them get, from the first start to the last. */
    private void whileStarting(List<String> names, byte[] list, byte[] get) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(names.size() + 2);
        try {
            long begin = System.nanoTime();
            List<Future<String>> starts = new ArrayList<>();
            for (String name : names) {
                starts.add(pool.submit(() -> admin.text("admin.vm.Start", "", name, "")));
            }
            Future<Callers.Result> lists =
                    pool.submit(
                            () ->
                                    new Load(socket, list)
                                            .runWhile(READERS / 2, () -> unfinished(starts)));
            Future<Callers.Result> gets =
                    pool.submit(
                            () ->
                                    new Load(socket, get)
                                            .runWhile(READERS / 2, () -> unfinished(starts)));
            for (Future<String> start : starts) {
                start.get();
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            String when =
                    String.format(Locale.ROOT, "%d guests starting, %.1f s", names.size(), seconds);
            print("admin.vm.List", when, lists.get());
            print("admin.vm.property.Get", when, gets.get());
        } finally {
            pool.shutdownNow();
        }
    }

    private static boolean unfinished(List<Future<String>> starts) {
        return starts.stream().anyMatch(start -> !start.isDone());
    }

    private void print(String read, String when, Callers.Result result) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f | %.0f | %.0f | %d |%n",
                read,
                when,
                result.callsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.maxMicros(),
                result.failed());
    }

    private void end(String name) {
        try {
            admin.text("admin.vm.Kill", "", name, "");
        } catch (IOException e) {
            out.println("not killed: " + e.getMessage());
        }
        try {
            admin.text("admin.vm.Remove", "", name, "");
        } catch (IOException e) {
            out.println("not removed: " + e.getMessage());
        }
    }
}
