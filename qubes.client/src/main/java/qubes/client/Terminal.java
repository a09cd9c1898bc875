package qubes.client;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The user's terminal, in raw mode while this is open; or nothing, where input comes from
 * elsewhere.
 */
final class Terminal implements Closeable {
    private static final File TTY = new File("/dev/tty");

    private final @Nullable String saved; // what stty restores; null without a terminal
    private final @Nullable Thread onExit;

    private Terminal(@Nullable String saved) {
        this.saved = saved;
        if (saved == null) {
            onExit = null;
            return;
        }
        onExit =
                new Thread() {
                    @Override
                    public void run() {
                        restore();
                    }
                };
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** Sets the terminal raw if {@code in} is one. */
    static Terminal rawIfInteractive(InputStream in) throws IOException {
        if (in != System.in || !standardInputIsTerminal()) {
            return new Terminal(null);
        }
        Terminal terminal = new Terminal(stty("-g").strip());
        stty("raw", "-echo");
        return terminal;
    }

    /** True if standard input is a terminal. */
    static boolean standardInputIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    boolean interactive() {
        return saved != null;
    }

    @Override
    public void close() {
        if (onExit != null) {
            restore();
            Runtime.getRuntime().removeShutdownHook(onExit);
        }
    }

    private void restore() {
        if (saved != null) {
            try {
                stty(saved);
            } catch (IOException e) {
                System.err.println("The terminal could not be set back; type: reset");
            }
        }
    }

    private static String stty(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectInput(TTY).start();
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("stty failed");
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
