package qubes.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** {@code store export}: the store, also for the original to load. */
final class StoreCommand implements Command {
    private static final String FORMS = "export";

    @Override
    public String usage() {
        return "store export [-c] [FILE]";
    }

    @Override
    public String help() {
        return """
                Write the store of domains to a new file, or to standard output. The daemon's own store stays as it is.
                  -c, --compatible    as the original loads it: what it has no class, driver or property for is
                                      converted or left out, and standard error says each change
                """;
    }

    @Override
    public int run(Session session, List<String> arguments) {
        Options options = new Options().flag("-c", "--compatible").parse(arguments);
        List<String> words = options.positional(1, 2, FORMS);
        if (!words.get(0).equals(FORMS)) {
            throw new UsageError(FORMS + ", not " + Text.quote(words.get(0)));
        }
        String file = words.size() > 1 ? words.get(1) : "-";
        if (!file.equals("-") && Files.exists(path(file))) {
            throw exists(file);
        }
        byte[] reply =
                session.daemon()
                        .callForBytes(
                                "qubesd.store.Export",
                                options.has("-c") ? "compatible" : "",
                                Daemon.DOM0,
                                new byte[0]);
        int end = endOfChanges(reply);
        session.err().print(new String(reply, 0, end, StandardCharsets.UTF_8));
        if (file.equals("-")) {
            session.out().write(reply, end + 1, reply.length - end - 1);
            session.out().write('\n');
        } else {
            write(file, reply, end + 1);
        }
        return 0;
    }

    /** Where the empty line is that ends the changes; the store can be large, so it stays bytes. */
    private static int endOfChanges(byte[] reply) {
        boolean lineBegins = true;
        for (int i = 0; i < reply.length; i++) {
            if (lineBegins && reply[i] == '\n') {
                return i;
            }
            lineBegins = reply[i] == '\n';
        }
        throw new DaemonError(
                "QubesDaemonCommunicationError", "Got no store from qubesd, only what it changed");
    }

    private static void write(String file, byte[] reply, int from) {
        try (OutputStream out = Files.newOutputStream(path(file), StandardOpenOption.CREATE_NEW)) {
            out.write(reply, from, reply.length - from);
            out.write('\n');
        } catch (FileAlreadyExistsException e) {
            throw exists(file);
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesException", Text.quote(file) + " cannot be written: " + e.getMessage());
        }
    }

    private static Path path(String file) {
        try {
            return Path.of(file);
        } catch (InvalidPathException e) {
            throw new UsageError("no name of a file: " + Text.quote(file));
        }
    }

    private static UsageError exists(String file) {
        return new UsageError(Text.quote(file) + " is there already; name a new file");
    }
}
