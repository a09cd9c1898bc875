package qubes.core.internal.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import qubes.core.error.QubesException;
import qubes.core.state.DomainRecord;
import qubes.core.state.StoredValue;
import qubes.core.state.SystemState;

/** Another process that uses a store. {@link #main} is what runs there. */
final class StoreProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private StoreProcess(List<String> command) throws IOException {
        process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static StoreProcess start(String what, Path store) throws IOException {
        return new StoreProcess(command(what, store));
    }

    /** A process that may write no file of more than {@code kibibytes}. */
    static StoreProcess startLimited(int kibibytes, String what, Path store) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "/bin/bash",
                                "-c",
                                "ulimit -f " + kibibytes + "; exec \"$@\"",
                                "bash"));
        command.addAll(command(what, store));
        return new StoreProcess(command);
    }

    private static List<String> command(String what, Path store) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", // whose file is larger than a limit
                "-cp",
                System.getProperty("java.class.path"),
                StoreProcess.class.getName(),
                what,
                store.toString());
    }

    /** The next line the process prints; empty when it prints no more. */
    Optional<String> line() throws IOException {
        return Optional.ofNullable(lines.readLine());
    }

    /** Gives the process something to read. */
    void tell() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Kills the process at once, as {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly(); // which leaves what it printed to be read
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the process outlives its death");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    /** What a process does with a store; it prints what happens, a line each time. */
    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[1]);
        switch (args[0]) {
            case "hold" -> hold(path);
            case "try" -> tryUntilToldToStop(path);
            case "count" -> saveCounting(path);
            case "grow" -> saveGrowing(path);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void hold(Path path) throws IOException {
        try (StoreFile store = StoreFile.open(path)) {
            say(store.name());
            System.in.read();
        }
    }

    private static void tryUntilToldToStop(Path path) throws IOException {
        int opened = 0;
        String refusal = "";
        say("trying");
        while (System.in.available() == 0) {
            try (StoreFile store = StoreFile.open(path)) {
                opened++;
            } catch (QubesException e) {
                refusal = e.getMessage();
            }
        }
        say(opened + " " + refusal);
    }

    private static void saveCounting(Path path) {
        StoreWriter writer = new StoreWriter(PropertyOrder.AS_STORED);
        try (StoreFile store = StoreFile.open(path)) {
            SystemState state = store.read(new StoreReader());
            for (int count = 1; ; count++) {
                state = counted(state, count);
                store.save(writer.write(state));
                say(Integer.toString(count));
            }
        }
    }

    private static void saveGrowing(Path path) {
        StoreWriter writer = new StoreWriter(PropertyOrder.AS_STORED);
        try (StoreFile store = StoreFile.open(path)) {
            SystemState state = store.read(new StoreReader());
            for (int size = 1024; ; size *= 2) {
                state = state.withGlobal("size", Optional.of(StoredValue.ofText("x".repeat(size))));
                store.save(writer.write(state));
                say(Integer.toString(size));
            }
        } catch (QubesException e) {
            say(e.getMessage());
        }
    }

    /** {@code state} with a count everywhere in it. */
    private static SystemState counted(SystemState state, int count) {
        String text = Integer.toString(count);
        SystemState counted = state.withGlobal("count", Optional.of(StoredValue.ofText(text)));
        for (DomainRecord domain : state.domains()) {
            counted = counted.withChanged(domain.withFeature("count", Optional.of(text)));
        }
        return counted;
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
