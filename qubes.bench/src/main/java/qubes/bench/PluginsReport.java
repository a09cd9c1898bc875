package qubes.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Shows what plugins cost a running daemon: from dropping a jar to its klass being creatable, an
 * update of {@code qubes.vm.appvm} under reads, and memory. {@code PluginsReport SOCKET FOLDER PID
 * DOMAIN TEMPLATE [PROGRAM]}: FOLDER is the daemon's of plugins, DOMAIN an AppVM, PROGRAM {@code
 * src/main/c/load.c}, compiled.
 */
public final class PluginsReport {
    private static final int DROPS = 15;
    private static final int UPDATES = 5;
    private static final int CALLERS = 16;
    private static final Duration LOAD = Duration.ofSeconds(8);
    private static final Duration BETWEEN_UPDATES = Duration.ofMillis(1500);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Path socket;
    private final AdminSocket admin;
    private final Path plugins;
    private final long pid;
    private final String domain;
    private final String template;
    private final List<String> program;
    private final PrintStream out;

    private PluginsReport(String[] arguments, PrintStream out) {
        this.socket = Path.of(arguments[0]);
        this.admin = new AdminSocket(socket);
        this.plugins = Path.of(arguments[1]);
        this.pid = Long.parseLong(arguments[2]);
        this.domain = arguments[3];
        this.template = arguments[4];
        this.program = Arrays.asList(arguments).subList(5, arguments.length);
        this.out = out;
    }

    /** Runs the report; exits with 2 if the arguments are not understood. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 5 || arguments.length > 6) {
            System.err.println("usage: PluginsReport SOCKET FOLDER PID DOMAIN TEMPLATE [PROGRAM]");
            System.exit(2);
        }
        PluginsReport report = new PluginsReport(arguments, System.out);
        report.idleCost();
        report.memory();
        report.drops();
        report.updates();
    }

    /** What watching the folder costs while nothing happens, once the start's own work is over. */
    private void idleCost() throws IOException {
        pause(Duration.ofSeconds(10));
        long before = ticks();
        pause(Duration.ofSeconds(10));
        out.printf(
                Locale.ROOT,
                "idle: %.1f %% of a processor, all of the daemon, over 10 s%n%n",
                (ticks() - before) / 10.0);
    }

    private void memory() throws IOException {
        out.println("| plugins more | heap after a collection | resident |");
        out.println("|---:|---:|---:|");
        long[] none = measure(0);
        int dropped = 0;
        for (int count : new int[] {20, 100}) {
            for (; dropped < count; dropped++) {
                new KlassJar("IdleVM" + dropped).drop(plugins);
            }
            for (int i = 0; i < count; i++) {
                awaitKlass("IdleVM" + i, true);
            }
            long[] some = measure(count);
            out.printf(
                    Locale.ROOT,
                    "| each of %d | %.0f KiB | %.0f KiB |%n",
                    count,
                    (some[0] - none[0]) / (double) count,
                    (some[1] - none[1]) / (double) count);
        }
        for (int i = 0; i < dropped; i++) {
            Files.delete(new KlassJar("IdleVM" + i).in(plugins));
        }
        for (int i = 0; i < dropped; i++) {
            awaitKlass("IdleVM" + i, false);
        }
        measure(0);
        out.println();
    }

    /** Prints and gives back KiB used of the heap, and resident. */
    private long[] measure(int count) throws IOException {
        jcmd("GC.run");
        jcmd("GC.run");
        long heap = 0;
        for (String line : jcmd("GC.heap_info").lines().toList()) {
            int used = line.indexOf(" used ");
            if (used > 0 && line.contains("generation")) {
                String number = line.substring(used + 6).split("K", 2)[0];
                heap += Long.parseLong(number.strip());
            }
        }
        long resident =
                Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow();
        out.printf(
                Locale.ROOT,
                "| %d | %.1f MiB | %.1f MiB |%n",
                count,
                heap / 1024.0,
                resident / 1024.0);
        return new long[] {heap, resident};
    }

    private void drops() throws IOException {
        List<Double> arrivals = new ArrayList<>();
        List<Double> departures = new ArrayList<>();
        for (int i = 0; i < DROPS; i++) {
            KlassJar jar = new KlassJar("DroppedVM" + i);
            pause(Duration.ofMillis(37L * i)); // at any moment between two looks of the watcher
            long begin = System.nanoTime();
            jar.drop(plugins);
            awaitKlass(jar.klass(), true);
            arrivals.add((System.nanoTime() - begin) / 1e6);
            begin = System.nanoTime();
            Files.delete(jar.in(plugins));
            awaitKlass(jar.klass(), false);
            departures.add((System.nanoTime() - begin) / 1e6);
        }
        out.printf("| %d times, in ms | fastest | median | slowest |%n", DROPS);
        out.println("|---|---:|---:|---:|");
        row("from dropping a jar to its klass being creatable", arrivals);
        row("from taking it out to the klass being gone", departures);
        out.println();
    }

    private void updates() throws IOException {
        out.println(
                "| reads at "
                        + CALLERS
                        + " callers | when | calls/s | p50 us | p99 us | failed | times the idle p99 |");
        out.println("|---|---|---:|---:|---:|---:|---:|");
        List<Double> gaps = new ArrayList<>();
        for (String method : List.of("admin.vm.property.Get", "admin.vm.List")) {
            Callers load = callers(method);
            load.run(CALLERS, Duration.ofSeconds(4));
            Callers.Result idle = load.run(CALLERS, LOAD);
            row(method, "idle", idle, 0);
            Callers.Result busy = duringUpdates(load, gaps);
            row(method, "appvm is updated, " + UPDATES + " times", busy, idle.p99Micros());
        }
        out.println();
        out.printf(
                "| update of qubes.vm.appvm under these reads, in ms | fastest | median | slowest |%n");
        out.println("|---|---:|---:|---:|");
        row("AppVMs are unavailable for", gaps);
    }

    private Callers.Result duringUpdates(Callers load, List<Double> gaps) throws IOException {
        CompletableFuture<Callers.Result> reads =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return load.run(CALLERS, LOAD);
                            } catch (IOException e) {
                                throw new CompletionException(e);
                            }
                        });
        for (int i = 0; i < UPDATES; i++) {
            long next = System.nanoTime() + BETWEEN_UPDATES.toNanos();
            gaps.add(update());
            pause(Duration.ofNanos(Math.max(1, next - System.nanoTime())));
        }
        return reads.join();
    }

    /** Replaces the bundle by a like one, and says for how many milliseconds its klass was away. */
    private double update() throws IOException {
        Path jar = appVm();
        Path hidden = plugins.resolve(".update");
        copy(jar, hidden);
        Files.move(
                hidden, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        await("the klass does not leave", () -> !answers());
        long gone = System.nanoTime();
        await("the klass does not come back", this::answers);
        return (System.nanoTime() - gone) / 1e6;
    }

    /** The same bundle; its file is another one by length. */
    private static void copy(Path from, Path to) throws IOException {
        try (ZipFile jar = new ZipFile(from.toFile());
                ZipOutputStream copy = new ZipOutputStream(Files.newOutputStream(to))) {
            copy.setComment("at " + System.nanoTime());
            for (ZipEntry entry : jar.stream().toList()) {
                copy.putNextEntry(new ZipEntry(entry.getName()));
                copy.write(jar.getInputStream(entry).readAllBytes());
                copy.closeEntry();
            }
        }
    }

    private Path appVm() throws IOException {
        try (var all = Files.newDirectoryStream(plugins, "qubes.vm.appvm-*.jar")) {
            return all.iterator().next();
        }
    }

    private Callers callers(String method) {
        boolean list = method.equals("admin.vm.List");
        String argument = list ? "" : "vcpus";
        String destination = list ? "dom0" : template;
        return program.isEmpty()
                ? new Load(socket, AdminSocket.request(method, argument, destination, ""))
                : new NativeLoad(
                        Path.of(program.get(0)), socket, method, argument, destination, "");
    }

    /** True while the AppVM is one, with its klass's properties. */
    private boolean answers() {
        try {
            return !admin.text("admin.vm.property.Get", "template", domain, "").isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitKlass(String klass, boolean there) {
        await(
                klass + (there ? " does not come" : " does not leave"),
                () -> {
                    try {
                        return there
                                == admin.text("admin.vmclass.List", "", "dom0", "")
                                        .lines()
                                        .anyMatch(klass::equals);
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    private static void await(String otherwise, Supplier<Boolean> condition) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(otherwise);
            }
            pause(Duration.ofMillis(1));
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hundredths of seconds of a processor that the daemon took so far. */
    private long ticks() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private String jcmd(String command) throws IOException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process =
                new ProcessBuilder(program.toString(), Long.toString(pid), command)
                        .redirectErrorStream(true)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private void row(String what, List<Double> millis) {
        List<Double> sorted = millis.stream().sorted().toList();
        out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f |%n",
                what,
                sorted.get(0),
                sorted.get(sorted.size() / 2),
                sorted.get(sorted.size() - 1));
    }

    private void row(String method, String when, Callers.Result result, double idleP99) {
        out.printf(
                Locale.ROOT,
                "| %s | %s | %.0f | %.0f | %.0f | %d | %s |%n",
                method,
                when,
                result.callsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.failed(),
                idleP99 == 0
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", result.p99Micros() / idleP99));
    }
}
