package qubes.itest.product;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;

/** A daemon that was started as a user starts it, and what it said on the terminal. */
final class Product implements AutoCloseable {
    private static final Pattern READY =
            Pattern.compile("qubesd: ready after .* s, (\\d+) domains");
    private static final Pattern SOCKET = Pattern.compile("qubesd: socket +(\\S.*)");
    private static final Pattern LOG = Pattern.compile("qubesd: log +(\\S.*)");
    private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final Process process;
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final List<String> output = new ArrayList<>(); // guarded by itself
    private final List<String> errors = new ArrayList<>(); // guarded by itself
    private final Thread outputReader;
    private final Thread errorReader;

    private Product(Process process) {
        this.process = process;
        outputReader = reading(process.getInputStream(), output);
        errorReader = reading(process.getErrorStream(), errors);
    }

    static Product start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(Path.of("/dev/null").toFile());
        return new Product(builder.start());
    }

    /**
     * Waits until it says that it is ready.
     *
     * @throws AssertionFailedError if it ends instead
     */
    Product awaitReady() throws Exception {
        try {
            CompletableFuture.anyOf(ready, process.onExit())
                    .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionFailedError("qubesd is not ready; " + this, e);
        }
        if (!ready.isDone()) {
            awaitEnd();
        }
        if (!ready.isDone()) {
            throw new AssertionFailedError("qubesd ended; " + this);
        }
        return this;
    }

    /** Waits until it ends; its exit code. */
    int awaitEnd() throws InterruptedException, ExecutionException {
        try {
            process.onExit().get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionFailedError("qubesd does not end; " + this, e);
        }
        outputReader.join(Await.PATIENCE.toMillis());
        errorReader.join(Await.PATIENCE.toMillis());
        return process.exitValue();
    }

    /** SIGTERM; its exit code. */
    int terminate() throws InterruptedException, ExecutionException {
        process.destroy();
        return awaitEnd();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException, ExecutionException {
        process.destroyForcibly();
        awaitEnd();
    }

    boolean runs() {
        return process.isAlive();
    }

    /** Number of domains in the line that says it is ready. */
    int domains() {
        Matcher line = READY.matcher(ready.getNow(""));
        if (!line.matches()) {
            throw new AssertionFailedError("qubesd is not ready; " + this);
        }
        return Integer.parseInt(line.group(1));
    }

    /** What it wrote on standard error so far. */
    List<String> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    /** What it wrote on standard output so far. */
    List<String> output() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    /** The admin socket that it named. */
    AdminSocket admin() {
        return new AdminSocket(Path.of(said(SOCKET)));
    }

    /** Everything in the log of its home. */
    String log() throws IOException {
        return Files.readString(Path.of(said(LOG)));
    }

    /** Bytes of memory it holds. */
    long rss() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        Matcher line = RSS.matcher(Files.readString(status));
        if (!line.find()) {
            throw new IOException("no VmRSS in " + status);
        }
        return Long.parseLong(line.group(1)) * 1024;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "it said:\n"
                + String.join("\n", output())
                + "\nand on standard error:\n"
                + String.join("\n", errors());
    }

    private String said(Pattern what) {
        return output().stream()
                .map(what::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionFailedError("no line " + what + "; " + this));
    }

    private Thread reading(InputStream in, List<String> lines) {
        Thread thread =
                new Thread(
                        () -> {
                            try (BufferedReader reader =
                                    new BufferedReader(
                                            new InputStreamReader(in, StandardCharsets.UTF_8))) {
                                for (String line = reader.readLine();
                                        line != null;
                                        line = reader.readLine()) {
                                    synchronized (lines) {
                                        lines.add(line);
                                    }
                                    if (READY.matcher(line).matches()) {
                                        ready.complete(line);
                                    }
                                }
                            } catch (IOException e) {
                                synchronized (lines) {
                                    lines.add(e.toString());
                                }
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
