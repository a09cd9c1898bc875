package qubes.core.storage;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import qubes.core.error.StoragePoolException;

/**
 * Runs programs on the caller's thread: both pipes are emptied in turns, so that no thread of ours
 * is needed.
 */
final class HostProcesses implements HostCommands {
    /** True if this process has the rights of root. */
    static final boolean ROOT = ownerOfThisProcess() == 0;

    private static final File NOTHING = new File("/dev/null");
    private static final long LONGEST_PAUSE_MILLIS = 20;

    @Override
    public Outcome run(Duration limit, List<String> command) {
        String program = command.get(0);
        Process process = start(program, command);
        try (InputStream output = process.getInputStream();
                InputStream errors = process.getErrorStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            long deadline = System.nanoTime() + limit.toNanos();
            long pause = 1;
            while (!process.waitFor(pause, TimeUnit.MILLISECONDS)) {
                boolean silent = drain(output, out) + drain(errors, err) == 0;
                pause = silent ? Math.min(pause * 2, LONGEST_PAUSE_MILLIS) : 1;
                if (System.nanoTime() > deadline) {
                    throw new StoragePoolException(
                            "The program "
                                    + program
                                    + " did not end within "
                                    + limit.toSeconds()
                                    + " s");
                }
            }
            // What the program wrote is in the pipes now. Not until end of file: a daemon it left
            // may hold them open.
            drain(output, out);
            drain(errors, err);
            return new Outcome(
                    process.exitValue(),
                    out.toString(StandardCharsets.UTF_8),
                    err.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw StoragePoolException.because("Reading what the program " + program + " says", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoragePoolException(
                    "The program " + program + " was stopped: interrupted", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static Process start(String program, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(NOTHING);
        builder.environment().put("LC_ALL", "C.UTF-8");
        try {
            return builder.start();
        } catch (IOException e) {
            throw new StoragePoolException(
                    "The program " + program + " cannot be started; install what provides it", e);
        }
    }

    private static int drain(InputStream from, ByteArrayOutputStream to) throws IOException {
        int total = 0;
        for (int ready = from.available(); ready > 0; ready = from.available()) {
            to.write(from.readNBytes(ready));
            total += ready;
        }
        return total;
    }

    private static int ownerOfThisProcess() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
