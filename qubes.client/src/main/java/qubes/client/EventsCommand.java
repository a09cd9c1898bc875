package qubes.client;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** {@code events}: shows events as they happen. */
final class EventsCommand implements Command {
    @Override
    public String usage() {
        return "events [VM]";
    }

    @Override
    public String help() {
        return "Show events as they happen, of one qube or of all, until the daemon ends or Ctrl-C.\n";
    }

    @Override
    public int run(Session session, List<String> arguments) {
        List<String> words = new Options().parse(arguments).positional(0, 1, "the name of a qube");
        try (EventStream events =
                session.daemon().events(words.isEmpty() ? Daemon.DOM0 : words.get(0))) {
            for (EventStream.Event event = events.next(); event != null; event = events.next()) {
                session.out().println(line(event));
                session.out().flush();
            }
        } catch (IOException e) {
            throw new DaemonError(
                    "QubesDaemonCommunicationError",
                    "The stream of events broke: " + e.getMessage());
        }
        return 0;
    }

    private static String line(EventStream.Event event) {
        StringBuilder line = new StringBuilder();
        line.append(event.subject().isEmpty() ? "-" : event.subject())
                .append(' ')
                .append(event.name());
        for (Map.Entry<String, String> argument : event.arguments().entrySet()) {
            line.append(' ').append(argument.getKey()).append('=').append(argument.getValue());
        }
        return line.toString();
    }
}
