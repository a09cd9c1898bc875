package qubes.client;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The command line client. Exit codes: 0 done, 1 the daemon refused or cannot be reached, 2 the
 * command line is wrong. Plain and without libraries, so that it starts at once.
 */
public final class Main {
    static final String STANDARD_SOCKET = "/var/run/qubesd.sock";
    private static final String STANDARD_PROGRAMS = "/etc/qubes-rpc";

    /** The verbs in the order of the help. */
    static final List<String> VERBS =
            List.of(
                    "ls",
                    "create",
                    "remove",
                    "prefs",
                    "features",
                    "tags",
                    "start",
                    "shutdown",
                    "kill",
                    "pause",
                    "unpause",
                    "suspend",
                    "resume",
                    "state",
                    "console",
                    "volume",
                    "pool",
                    "label",
                    "klass",
                    "global prefs",
                    "store",
                    "events",
                    "raw");

    private Main() {}

    /** Runs one command and exits. */
    public static void main(String[] arguments) {
        PrintStream out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        int exit = run(Arrays.asList(arguments), System.getenv(), System.in, out, System.err);
        out.flush();
        System.exit(exit);
    }

    /** Runs one command; the exit code. */
    static int run(
            List<String> arguments,
            Map<String, String> environment,
            InputStream in,
            PrintStream out,
            PrintStream err) {
        List<String> rest = new ArrayList<>(arguments);
        String verb = "";
        @Nullable Command command = null;
        try {
            Path socket = socket(rest, environment);
            if (rest.isEmpty() || isHelp(rest.get(0))) {
                (rest.isEmpty() ? err : out).print(overview());
                return rest.isEmpty() ? 2 : 0;
            }
            verb = rest.remove(0);
            if (verb.equals("global")) {
                if (rest.isEmpty() || !rest.get(0).equals("prefs")) {
                    throw new UsageError("the verb is: global prefs");
                }
                verb = "global " + rest.remove(0);
            }
            command = find(verb);
            if (command == null) {
                throw new UsageError(
                        "no such verb: " + Text.quote(verb) + "; qvm --help lists them");
            }
            if (asksForHelp(rest)) {
                out.print(usage(command) + "\n" + command.help());
                return 0;
            }
            Path programs = Path.of(environment.getOrDefault("QUBESD_RPC", STANDARD_PROGRAMS));
            return command.run(new Session(new Daemon(socket), programs, in, out, err), rest);
        } catch (UsageError e) {
            out.flush();
            return wrongUsage(command, verb, e.getMessage(), err);
        } catch (DaemonError e) {
            out.flush();
            @Nullable String stranger = stranger(e, rest);
            if (stranger != null) {
                return wrongUsage(command, verb, Session.noSuchDomain(stranger), err);
            }
            err.println(e.getMessage());
            return 1;
        }
    }

    private static int wrongUsage(
            @Nullable Command command, String verb, @Nullable String what, PrintStream err) {
        if (command != null) {
            err.print(usage(command));
        }
        err.println("qvm" + (command == null ? "" : " " + verb) + ": error: " + what);
        return 2;
    }

    /** The word of the command line that names a domain the daemon does not know, or null. */
    private static @Nullable String stranger(DaemonError error, List<String> words) {
        if (error.is("QubesVMNotFoundError")) {
            for (String word : words) {
                if (("No such domain: " + Text.quote(word)).equals(error.getMessage())) {
                    return word;
                }
            }
        }
        return null;
    }

    private static Path socket(List<String> arguments, Map<String, String> environment) {
        String path = environment.getOrDefault("QUBESD_SOCKET", "");
        if (!arguments.isEmpty() && arguments.get(0).startsWith("--socket=")) {
            path = arguments.remove(0).substring("--socket=".length());
        } else if (!arguments.isEmpty() && arguments.get(0).equals("--socket")) {
            if (arguments.size() < 2) {
                throw new UsageError("--socket needs a path");
            }
            arguments.remove(0);
            path = arguments.remove(0);
        }
        return Path.of(path.isEmpty() ? STANDARD_SOCKET : path);
    }

    private static boolean isHelp(String word) {
        return word.equals("--help") || word.equals("-h") || word.equals("help");
    }

    private static boolean asksForHelp(List<String> arguments) {
        for (String word : arguments) {
            if (word.equals("--")) {
                return false;
            }
            if (word.equals("--help") || word.equals("-h")) {
                return true;
            }
        }
        return false;
    }

    /** The command of a verb; null if there is none. */
    static @Nullable Command find(String verb) {
        return switch (verb) {
            case "ls" -> new ListCommand();
            case "create" -> new CreateCommand();
            case "remove" -> new RemoveCommand();
            case "prefs" -> PrefsCommand.ofDomain();
            case "global prefs" -> PrefsCommand.ofSystem();
            case "features" -> new FeaturesCommand();
            case "tags" -> new TagsCommand();
            case "start", "shutdown", "kill", "pause", "unpause", "suspend", "resume" ->
                    new PowerCommand(verb);
            case "state" -> new InfoCommand.State();
            case "console" -> new ConsoleCommand();
            case "volume" -> new VolumeCommand();
            case "pool" -> new PoolCommand();
            case "label" -> new InfoCommand.Labels();
            case "klass" -> new InfoCommand.Klasses();
            case "store" -> new StoreCommand();
            case "events" -> new EventsCommand();
            case "raw" -> new RawCommand();
            default -> null;
        };
    }

    private static String usage(Command command) {
        StringBuilder text = new StringBuilder();
        for (String form : command.usage().split("\n", -1)) {
            text.append(text.isEmpty() ? "usage: qvm " : "       qvm ").append(form).append('\n');
        }
        return text.toString();
    }

    private static String firstSentence(String help) {
        String text = help.replace('\n', ' ');
        return text.substring(0, text.indexOf(". ") + 1);
    }

    private static String overview() {
        StringBuilder text = new StringBuilder("usage: qvm [--socket PATH] VERB ...\n\nverbs:\n");
        for (String verb : VERBS) {
            Command command = find(verb);
            if (command != null) {
                text.append("  ").append(verb).append(" ".repeat(14 - verb.length()));
                text.append(firstSentence(command.help())).append('\n');
            }
        }
        return text.append(
                        """

                qvm VERB --help tells more of one verb.
                The daemon's socket: --socket PATH, else $QUBESD_SOCKET, else /var/run/qubesd.sock.
                Exit codes: 0 done, 1 the daemon refused or cannot be reached, 2 wrong command line.
                """)
                .toString();
    }
}
