package qubes.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The import of data into a volume, through the programs that qubes use too: they ask the daemon
 * where to write to, and whether they may.
 */
final class VolumeImport {
    private VolumeImport() {}

    /**
     * Imports a file, or standard input if it is called {@code -}.
     *
     * @param size of the volume from then on; absent to leave it
     * @throws DaemonError what the daemon refuses with, or why it cannot be asked
     */
    static void run(Session session, VolumeName volume, String file, OptionalLong size) {
        if (file.equals("-")) {
            send(session, volume, session.in(), size);
            return;
        }
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            send(session, volume, in, size);
        } catch (IOException e) {
            throw new UsageError(file + " cannot be read: " + e.getMessage());
        }
    }

    /** Bytes of a file; absent for one that has no size of its own, such as a pipe. */
    static OptionalLong sizeOf(String file) {
        try {
            Path path = Path.of(file);
            return !file.equals("-") && Files.isRegularFile(path)
                    ? OptionalLong.of(Files.size(path))
                    : OptionalLong.empty();
        } catch (IOException e) {
            throw new UsageError(file + " cannot be read: " + e.getMessage());
        }
    }

    private static void send(
            Session session, VolumeName volume, InputStream in, OptionalLong size) {
        String method = "admin.vm.volume.Import" + (size.isPresent() ? "WithSize" : "");
        Path program = session.programs().resolve(method);
        if (!Files.isExecutable(program)) {
            throw new DaemonError("QubesDaemonCommunicationError", program + " not found");
        }
        ProcessBuilder builder = new ProcessBuilder(program.toString(), volume.volume());
        builder.environment().put("QREXEC_REMOTE_DOMAIN", Daemon.DOM0);
        builder.environment().put("QREXEC_REQUESTED_TARGET", volume.vm());
        builder.environment().put("QUBESD_SOCKET", session.daemon().socket().toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            Process process = builder.start();
            feed(process, in, size);
            Daemon.unwrapped(process.getInputStream().readAllBytes());
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesDaemonCommunicationError", method + " cannot be run: " + e.getMessage());
        }
    }

    /** A program that refuses does not read to the end; its reply says why. */
    private static void feed(Process process, InputStream in, OptionalLong size) {
        try (OutputStream out = process.getOutputStream()) {
            if (size.isPresent()) {
                out.write((size.getAsLong() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            in.transferTo(out);
        } catch (IOException e) {
            // its reply says more
        }
    }
}
