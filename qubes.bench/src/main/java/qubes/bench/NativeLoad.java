package qubes.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls made by a program of native speed.
 *
 * @param program {@code src/main/c/load.c}, compiled
 */
record NativeLoad(
        Path program,
        Path socket,
        String method,
        String argument,
        String destination,
        String payload)
        implements Callers {
    private static final Pattern SAID =
            Pattern.compile("(\\d+) calls/s +p50 (\\d+) us +p99 (\\d+) us +not ok (\\d+)");

    @Override
    public Result run(int callers, Duration time) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                program.toString(),
                                socket.toString(),
                                Integer.toString(callers),
                                Double.toString(time.toMillis() / 1e3),
                                method,
                                destination,
                                argument));
        if (!payload.isEmpty()) {
            command.add(payload);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher said = SAID.matcher(text);
        if (!said.find()) {
            throw new IOException(program + " says: " + text.strip());
        }
        return new Result(
                Double.parseDouble(said.group(1)),
                Double.parseDouble(said.group(2)),
                Double.parseDouble(said.group(3)),
                Double.NaN,
                Long.parseLong(said.group(4)));
    }
}
