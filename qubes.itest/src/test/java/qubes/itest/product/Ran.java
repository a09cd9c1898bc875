package qubes.itest.product;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that ran to its end.
 *
 * @param command as it was called, for messages
 * @param code exit code
 * @param output what it wrote on standard output and standard error, in this order
 */
record Ran(String command, int code, String output) {
    /** Runs a program without input, at most as long as {@link Await#PATIENCE}. */
    static Ran of(Path program, String... arguments) throws IOException {
        return of(new byte[0], program, arguments);
    }

    /** Runs a program with {@code input}, at most as long as {@link Await#PATIENCE}. */
    static Ran of(byte[] input, Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        Thread reader =
                new Thread(
                        () -> {
                            try (InputStream in = process.getInputStream()) {
                                in.transferTo(output);
                            } catch (IOException e) {
                                output.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
                            }
                        });
        reader.start();
        try (var in = process.getOutputStream()) {
            in.write(input);
        }
        try {
            if (!process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " does not end; so far: " + output);
            }
            reader.join(Await.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return new Ran(
                String.join(" ", command),
                process.exitValue(),
                output.toString(StandardCharsets.UTF_8));
    }
}
